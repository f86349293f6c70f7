import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.security.assertions import ASSERTION_TYPE, make_assertion
from gateway.security.signing import SigningKey
from gateway.security.tokens import LIFETIME, TokenIssuer
from gateway.web.problems import MEDIA_TYPE
from gateway.web.table import RESOURCES
from tests.gateway.web.conftest import REST
from tests.gateway.web.door import Gate

AUDIENCE = "http://gateway.test/oauth2/token"
GUARDED = [each for each in RESOURCES if each.proof == "token"]


def ask(door: Gate, client: str = "demo-platform", *, signer: SigningKey | None = None, **form: Any) -> TestResponse:
    assertion = make_assertion(client, AUDIENCE, signer or door.key, door.clock())
    given = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    } | form
    return door.http.post("/oauth2/token", data={name: value for name, value in given.items() if value})


def test_a_signed_assertion_gives_a_token_that_opens_what_the_client_may(door: Gate) -> None:
    given = ask(door)
    assert given.status_code == HTTPStatus.OK, given.text
    assert given.headers["Cache-Control"] == "no-store"
    token = given.get_json()
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == LIFETIME.total_seconds()
    assert set(token["scope"].split()) == set(REST)
    listed = door.http.get("/v1/cases", headers={"Authorization": f"bearer {token['access_token']}"})
    assert listed.status_code == HTTPStatus.OK


def test_a_token_can_be_asked_for_less(door: Gate) -> None:
    token = ask(door, scope="cases:read").get_json()
    headers = {"Authorization": f"Bearer {token['access_token']}", "Idempotency-Key": "k"}
    assert door.http.get("/v1/cases", headers=headers).status_code == HTTPStatus.OK
    refused = door.http.post("/v1/enrolments", headers=headers, json={})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "insufficient_scope")
    assert 'scope="enrolments:write"' in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "unsupported_grant_type"),
        ({"client_assertion_type": "basic"}, 400, "invalid_request"),
        ({"client_assertion": ""}, 400, "invalid_request"),
        ({"client_assertion": "x.y.z"}, 401, "invalid_client"),
        ({"client_id": "other-platform"}, 401, "invalid_client"),
        ({"scope": "cases:read operate"}, 400, "invalid_scope"),
    ],
)
def test_a_token_request_that_is_wrong_is_told_in_both_forms(
    door: Gate, form: Mapping[str, Any], status: int, error: str
) -> None:
    answer = ask(door, **form)
    assert (answer.status_code, answer.get_json()["error"]) == (status, error)
    assert answer.content_type == MEDIA_TYPE
    assert answer.get_json()["error_description"]


def test_a_parameter_given_twice_and_another_body_are_refused(door: Gate) -> None:
    form = "application/x-www-form-urlencoded"
    twice = door.http.post("/oauth2/token", data="grant_type=a&grant_type=b", content_type=form)
    assert twice.get_json()["code"] == "invalid_grant_request"
    assert door.http.post("/oauth2/token", json={}).status_code == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    large = door.http.post("/oauth2/token", data="x=" + "y" * 30_000, content_type=form)
    assert large.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_a_stranger_and_a_strangers_key_are_refused_in_the_same_words(door: Gate) -> None:
    unknown, forged = ask(door, "nobody"), ask(door, signer=SigningKey.generate())
    assert unknown.status_code == forged.status_code == HTTPStatus.UNAUTHORIZED
    assert unknown.get_json()["detail"] == forged.get_json()["detail"]


def test_a_client_id_is_never_a_path(door: Gate) -> None:
    for name in ("../clients/demo-platform", "demo-platform.json", "..", "/etc/passwd", "DEMO-PLATFORM", ""):
        assert door.doors.clients.get(name) is None


def test_an_assertion_serves_once_on_any_gateway(twins: tuple[Gate, Gate]) -> None:
    assertion = make_assertion("demo-platform", AUDIENCE, twins[0].key, twins[0].clock())
    answers = [ask(each, client_assertion=assertion) for each in twins]
    assert [answer.status_code for answer in answers] == [200, 401]


def test_the_assertion_stays_out_of_the_journal(door: Gate) -> None:
    ask(door)
    assert door.journal() == []


def test_the_keys_that_verify_our_tokens_are_published(door: Gate) -> None:
    keys = door.http.get("/.well-known/jwks.json").get_json()["keys"]
    assert [key["kid"] for key in keys] == [door.key.kid]
    assert "d" not in keys[0]


def request(door: Gate, each: Any, headers: Mapping[str, str]) -> TestResponse:
    path = each.rule.replace("<case>", "case_1")
    return door.http.open(path, method=each.method, headers=headers)


@pytest.mark.parametrize("each", GUARDED, ids=lambda each: each.name)
def test_nobody_gets_in_without_a_token_of_ours(door: Gate, each: Any) -> None:
    foreign = TokenIssuer([SigningKey.generate()], "http://gateway.test").issue(
        "demo-platform", "platform", (), door.clock()
    )
    elsewhere = TokenIssuer([door.key], "http://other.test").issue("demo-platform", "platform", (), door.clock())
    for header in ("", "Basic eDp5", "Bearer", "Bearer ", "Bearer x.y.z", f"Bearer {foreign}", f"Bearer {elsewhere}"):
        answer = request(door, each, {"Authorization": header} if header else {})
        assert (answer.status_code, answer.get_json()["code"]) == (401, "authentication_needed"), header
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert door.journal() == []


def test_a_token_that_does_not_do_is_told_apart_from_none(door: Gate) -> None:
    challenges = [
        door.http.get("/v1/cases", headers={"Authorization": header} if header else {}).headers["WWW-Authenticate"]
        for header in ("", "Bearer x.y.z")
    ]
    assert challenges == ['Bearer realm="gateway"', 'Bearer realm="gateway", error="invalid_token"']


@pytest.mark.parametrize("each", GUARDED, ids=lambda each: each.name)
def test_every_caller_is_let_in_by_kind_and_scope_or_told_why_not(door: Gate, each: Any) -> None:
    of_kind = {
        "platform": "demo-platform",
        "operator": "demo-operator",
        "province": "demo-province",
        "accountant": "demo-accountant",
    }
    for kind, client in of_kind.items():
        answer = request(door, each, door.bearer(client))
        if kind in each.kinds:
            assert answer.status_code != HTTPStatus.FORBIDDEN
        else:
            assert (answer.status_code, answer.get_json()["code"]) == (403, "wrong_caller_kind")
            assert all(allowed in answer.get_json()["detail"] for allowed in each.kinds)
    without = request(door, each, door.bearer("demo-platform", scopes=set()))
    assert without.status_code == HTTPStatus.FORBIDDEN


def test_a_token_ends_with_its_time(door: Gate) -> None:
    header = door.bearer()
    door.clock.forward(seconds=LIFETIME.total_seconds() + 1)
    assert door.http.get("/v1/cases", headers=header).status_code == HTTPStatus.UNAUTHORIZED


def test_a_client_that_is_struck_off_or_cut_down_loses_its_tokens_at_once(door: Gate) -> None:
    header = door.bearer()
    file = door.runtime.settings.var / "clients" / "demo-platform.json"
    entry = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(entry | {"scopes": ["workers:read"]}), encoding="utf-8")
    assert door.http.get("/v1/cases", headers=header).status_code == HTTPStatus.FORBIDDEN
    file.write_text(json.dumps(entry | {"kind": "operator"}), encoding="utf-8")
    assert door.http.get("/v1/cases", headers=header).status_code == HTTPStatus.UNAUTHORIZED
    file.unlink()
    assert door.http.get("/v1/cases", headers=header).status_code == HTTPStatus.UNAUTHORIZED
