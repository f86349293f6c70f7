"""Determine a resumption: by the law of its first month, as an enrolment of those months would be."""

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from gateway.errors import Fault, GatewayError
from gateway.model.platform import Enrolment
from gateway.model.platform_changes import Resumption
from gateway.rules.law import Application
from gateway.services import registrations
from gateway.services.determine import ItemPlan, determine_again
from gateway.services.registrations import Registration
from gateway.services.renew import enrolment_of
from gateway.services.runtime import Runtime
from gateway.store.rows import ItemRow, LevyRow
from gateway.store.work import Tx

_POINTERS = {"/start": "/first", "/insurance/0": "/insurance"}


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a resumption comes to: the enrolment of its months, its item, and the levy that it begins with."""

    enrolment: Enrolment
    item: ItemRow
    plan: ItemPlan

    @property
    def base(self) -> str:
        """The monthly contribution base in yuan."""
        return str(msgspec.json.decode(self.plan.kept)["base"])

    def levy(self, handle: str) -> LevyRow:
        """Its first levy; nobody has been told of it yet."""
        return self.plan.levy_row(handle, case="")


def resumed(runtime: Runtime, tx: Tx, mine: Registration, asked: Resumption) -> Resumed:
    """What `asked` comes to today; GatewayError with each fault by its pointer, `office_changed`."""
    given = asked.contribution, asked.first, asked.consent
    enrolment = replace(
        enrolment_of(tx, mine.case),
        insurance=(asked.insurance,),
        contribution=given[0],
        start=given[1],
        consent=given[2],
    )
    held = frozenset(each.insurance for each in registrations.of_person(tx, mine.case.person) if each.state != "ended")
    application = Application.of(enrolment, held - {asked.insurance})
    try:
        plan = determine_again(runtime.law, application, tx.now, None)
    except GatewayError as error:
        raise _pointed(error) from None
    if plan.province != mine.item.province:
        before, insurance = mine.item.province, asked.insurance.value
        raise GatewayError("office_changed", insurance=insurance, now=plan.province, before=before)
    return Resumed(enrolment, _item(mine.item, plan), plan)


def _item(item: ItemRow, plan: ItemPlan) -> ItemRow:
    return registrations.copied(
        item,
        start=plan.start.ordinal,
        tax=plan.tax,
        assessor=plan.assessor,
        determination=plan.kept,
        cover_from=None,
        unverified=False,
    )


def _pointed(error: GatewayError) -> GatewayError:
    """The error with its places as a resumption has them."""
    params: dict[str, Any] = {name: value for name, value in error.params.items() if name != "party"}
    faults = [Fault(_POINTERS.get(each.pointer, each.pointer), each.code, each.params) for each in error.faults]
    return GatewayError(error.kind.code, faults=faults, **params)
