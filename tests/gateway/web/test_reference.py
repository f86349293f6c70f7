import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.mapping.schema_json import json_schema
from gateway.model.platform import CaseChanged, Enrolment
from gateway.model.shape import shapes
from gateway.web.answer_schemas import SCHEMAS
from gateway.web.table import RESOURCES
from tests.gateway.web.door import ENROLMENT, NUMBER, Gate


@pytest.fixture
def described(gate: Gate) -> dict[str, Any]:
    document: dict[str, Any] = gate.http.get("/openapi.json").get_json()
    return document


def fits(described: dict[str, Any], schema: str, answer: Any) -> None:
    document = {"$ref": f"#/components/schemas/{schema}", "components": described["components"]}
    found = [error.message for error in Draft202012Validator(document).iter_errors(answer)]
    assert found == []


def test_the_description_is_openapi_3_1(described: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(described).validate()
    assert described["openapi"] == "3.1.0"


def test_every_route_for_a_token_is_described_with_its_scope(described: dict[str, Any]) -> None:
    guarded = [each for each in RESOURCES if each.proof == "token"]
    for each in guarded:
        operation = described["paths"][each.rule.replace("<", "{").replace(">", "}")][each.method.lower()]
        assert operation["security"] == [{"client": [each.scope]}]
        assert operation["summary"]
    assert sum(len(methods) for methods in described["paths"].values()) == len(guarded)


def test_the_fields_of_a_request_are_those_of_its_record(described: dict[str, Any]) -> None:
    schema = described["components"]["schemas"]["Enrolment"]
    assert list(schema["properties"]) == [item.name for item in shapes(Enrolment)]
    fits(described, "Enrolment", ENROLMENT)


def test_what_a_platform_is_told_is_described_with_its_headers(gate: Gate, described: dict[str, Any]) -> None:
    told = described["webhooks"]["caseChanged"]["post"]
    assert [each["name"] for each in told["parameters"]] == ["webhook-id", "webhook-timestamp", "webhook-signature"]
    assert told["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/CaseChanged")
    assert list(described["components"]["schemas"]["CaseChanged"]["properties"]) == [
        i.name for i in shapes(CaseChanged)
    ]
    assert "<td>POST caseChanged</td>" in re.sub("</?code>", "", gate.http.get("/docs").get_data(as_text=True))


def test_no_answer_takes_the_name_of_a_record() -> None:
    records = [each.takes for each in RESOURCES if each.takes is not None]
    assert json_schema(records).keys() & SCHEMAS.keys() == set()


def test_every_answer_fits_its_description(gate: Gate, described: dict[str, Any]) -> None:
    fits(described, "Preview", gate.post("/v1/enrolments/preview", ENROLMENT).get_json())
    accepted = gate.enrol().get_json()
    fits(described, "Acceptance", accepted)
    gate.carry_due()
    for client in ("demo-platform", "demo-operator"):
        fits(described, "Case", gate.get(accepted["links"]["self"], client=client).get_json())
    asked = {"id_type": "resident_id", "id_number": NUMBER}
    fits(described, "WorkerHandle", gate.post("/v1/workers/search", asked).get_json())
    fits(described, "Cases", gate.get("/v1/cases?limit=1").get_json())
    fits(described, "Cases", gate.get("/v1/cases?status=completed").get_json())
    withdrawn = gate.post(f"/v1/cases/{accepted['case']}/withdraw", {"reason": "changed my mind"})
    fits(described, "Case", withdrawn.get_json())


def test_a_page_with_more_behind_it_fits_its_description(gate: Gate, described: dict[str, Any]) -> None:
    gate.enrol()
    gate.enrol(worker=ENROLMENT["worker"] | {"id_number": "110101199003071014"})
    page = gate.get("/v1/cases?limit=1").get_json()
    assert page["next"] is not None
    fits(described, "Cases", page)


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/enrolments", {"insurance": 1}), ("/oauth2/token", {}), ("/nowhere", {}), ("/in/none", {})]
)
def test_every_problem_fits_its_description(gate: Gate, described: dict[str, Any], path: str, body: Any) -> None:
    answer = gate.post(path, body)
    fits(described, "Problem", answer.get_json())


def test_the_page_shows_every_route_and_fetches_nothing(door: Gate) -> None:
    answer = door.http.get("/docs")
    assert answer.content_type == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert all(re.sub("<(.*?)>", r"{\1}", each.rule) in answer.text for each in RESOURCES if each.proof == "token")
    assert re.findall(r"<script|<img|<iframe|<link|@import|url\(", answer.text) == []
    assert all(link.startswith("/") for link in re.findall(r'href="([^"]*)"', answer.text))


def test_neither_document_holds_personal_data(door: Gate) -> None:
    assert NUMBER not in json.dumps(door.http.get("/openapi.json").get_json())
