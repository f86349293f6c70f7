"""What a platform claims and no form can judge."""

import json
from datetime import date
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.services.claims import claimed_wrongly
from gateway.services.determine import determine
from tests.gateway.services.conftest import World
from tests.gateway.services.test_accept import REQUEST, enrolment

TODAY = date(2026, 11, 10)


def named(name: str) -> dict[str, Any]:
    return {"worker": REQUEST["worker"] | {"name": name}}


@pytest.mark.parametrize("name", ["湘小骑", "阿卜杜·热合曼", "𠮷田", "Li Hua", "O'Brien-Wang", "张 三"])
def test_names_as_people_have_them_are_taken(name: str) -> None:
    assert claimed_wrongly(enrolment(**named(name)), TODAY, TODAY) == ()


@pytest.mark.parametrize("name", ["\u3000", "张\u200b三", "张\u202e三", "张\ufeff三", "张\u00ad三"])
def test_a_name_that_nobody_can_read_is_not_taken(name: str) -> None:
    (fault,) = claimed_wrongly(enrolment(**named(name)), TODAY, TODAY)
    assert fault.pointer == "/worker/name"
    assert "{" not in fault.text("zh") + fault.text("en")


def test_a_consent_of_today_is_taken_whatever_the_clocks_say() -> None:
    assert claimed_wrongly(enrolment(), TODAY, TODAY) == ()
    (fault,) = claimed_wrongly(enrolment(), date(2026, 11, 11), TODAY)
    assert (fault.pointer, fault.code) == ("/consent/given_at", "not_yet")


def test_wrong_claims_are_told_together_with_what_the_law_refuses(world: World) -> None:
    asked = enrolment(
        **named("\u200b"), start="2020-01", contribution={"grade": 60, "cycle": "monthly", "wage": "-0.01"}
    )
    with pytest.raises(GatewayError) as refused:
        determine(world.runtime, asked)
    pointers = {fault.pointer for fault in refused.value.faults}
    assert {"/worker/name", "/contribution/wage", "/start"} <= pointers
    assert json.loads(json.dumps(dict(refused.value.params)))["count"] == str(len(refused.value.faults))
