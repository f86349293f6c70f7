from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from gateway.mapping.contract_versions import NEWEST
from gateway.web.resource import Resource
from gateway.web.soap.operations import OPERATIONS, Operation
from gateway.web.table import RESOURCES
from tests.gateway.web.door import Gate

KINDS = {"platform", "province", "operator", "accountant"}
# Open to all: what gives tokens out, what verifies them, what machines ask, and what describes us.
OPEN = {
    "POST /oauth2/token",
    "GET /.well-known/jwks.json",
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
    "GET /openapi.json",
    "GET /docs",
    "GET /soap/gateway",
    "GET /soap/<party>",
}
# The operation names scope and kinds; the party proves its own push.
BY_OPERATION = {"POST /soap/gateway", "POST /soap/<party>"}
BY_PUSH = {"POST /in/<party>", "POST /in/<party>/<path:behind>"}


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD"}:
            yield f"{method} {rule.rule}", rule.endpoint


def unguarded(app: Flask, table: Iterable[Resource]) -> list[str]:
    """Routes that are not in the table, or say nothing of who may use them."""
    declared = {f"{each.method} {each.rule}": each for each in table}
    found = []
    for route, endpoint in routes(app):
        each = declared.get(route)
        if each is None or each.name != endpoint or not says_who(route, each):
            found.append(route)
    return found


def says_who(route: str, each: Resource) -> bool:
    expected = {"open": OPEN, "operation": BY_OPERATION, "push": BY_PUSH}
    if each.proof == "token":
        return bool(each.scope) and bool(each.kinds) and each.kinds <= KINDS
    return route in expected[each.proof]


def unnamed(operations: Iterable[Operation]) -> list[str]:
    return [each.name for each in operations if not each.scope or not each.kinds or not each.kinds <= KINDS]


def test_every_route_says_who_may_use_it(door: Gate) -> None:
    assert unguarded(door.app, RESOURCES) == []


def test_every_declared_route_is_there(door: Gate) -> None:
    assert {route for route, _ in routes(door.app)} == {f"{each.method} {each.rule}" for each in RESOURCES}


def test_a_route_past_the_table_is_found(door: Gate) -> None:
    door.app.add_url_rule("/v1/secrets", view_func=lambda: "all of them", endpoint="secrets")
    assert "GET /v1/secrets" in unguarded(door.app, RESOURCES)


@pytest.mark.parametrize(
    "change", [{"scope": ""}, {"kinds": frozenset()}, {"kinds": frozenset({"all"})}, {"proof": "open"}]
)
def test_a_route_that_does_not_say_who_may_use_it_is_found(door: Gate, change: dict[str, object]) -> None:
    table = [replace(each, **change) if each.name == "enrol" else each for each in RESOURCES]  # type: ignore[arg-type]  # wrong on purpose
    assert unguarded(door.app, table) == ["POST /v1/enrolments"]


def test_every_operation_says_who_may_call_it_and_is_in_the_contract() -> None:
    assert unnamed(OPERATIONS.values()) == []
    assert OPERATIONS.keys() <= {exchange.name for exchange in NEWEST.exchanges}


def test_an_operation_that_does_not_is_found() -> None:
    assert unnamed([replace(OPERATIONS["FindCover"], scope="")]) == ["FindCover"]
    assert unnamed([replace(OPERATIONS["FindCover"], kinds=frozenset())]) == ["FindCover"]


def test_every_post_below_v1_asks_for_its_key(door: Gate) -> None:
    posts = [each for each in RESOURCES if each.method == "POST" and each.rule.startswith("/v1/")]
    for each in posts:
        address = each.rule.replace("<case>", "case_1").replace("<worker>", "wrk_1")
        client = "demo-platform" if "platform" in each.kinds else "demo-operator"
        answer = door.post(address, {}, client=client, Idempotency_Key="")
        assert answer.get_json()["code"] == "idempotency_key_missing", each.rule
    assert len(posts) == 21
