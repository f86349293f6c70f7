from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from gateway.rules.law import Law
from tests.gateway.web.conftest import opened
from tests.gateway.web.door import Gate
from tests.gateway.web.test_cases import enrol_many

BASE = "https://si.example/gw/sbzz"


@pytest.fixture(params=[BASE, f"{BASE}/"])
def below(request: pytest.FixtureRequest, sqlite_url: str, var: Path, law: Law) -> Iterator[Gate]:
    """A gateway that the outside reaches below a path, which a proxy takes away."""
    with opened(sqlite_url, var, law, public=request.param) as made:
        yield made


def proxied(link: str, of: str) -> str:
    """The path that reaches the gateway where a link in the answer at `of` is followed through the proxy."""
    whole = urljoin(BASE + of, link)
    assert whole.startswith(f"{BASE}/"), whole
    return whole.removeprefix(BASE)


def test_links_in_answers_lead_back_through_the_proxy(below: Gate) -> None:
    accepted = below.enrol(key="once").get_json()
    assert below.enrol(key="once").get_json() == accepted
    case = below.get(proxied(accepted["links"]["self"], "/v1/enrolments")).get_json()
    assert case["case"] == accepted["case"]
    (other,) = enrol_many(below, 1)
    page = below.get("/v1/cases?limit=1").get_json()
    (line,) = page["cases"]
    assert below.get(proxied(line["links"]["self"], "/v1/cases")).status_code == HTTPStatus.OK
    following = below.get(proxied(page["next"]["href"], "/v1/cases?limit=1")).get_json()
    assert {line["case"], *(each["case"] for each in following["cases"])} == {accepted["case"], other}


def test_the_addresses_that_the_gateway_names_are_below_the_path(below: Gate) -> None:
    described = below.http.get("/openapi.json").get_json()
    assert described["servers"] == [{"url": BASE}]
    flow = described["components"]["securitySchemes"]["client"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == f"{BASE}/oauth2/token"
    assert f'location="{BASE}/soap/gateway"' in below.http.get("/soap/gateway?wsdl").text
    assert 'href="/gw/sbzz/openapi.json"' in below.http.get("/docs").text
    refused = below.http.get("/v1/cases").get_json()
    assert urlsplit(refused["type"]).path == "/gw/sbzz/docs"


def test_without_a_path_links_are_those_of_the_gateway(gate: Gate) -> None:
    accepted = gate.enrol().get_json()
    assert accepted["links"]["self"] == f"/v1/cases/{accepted['case']}"
