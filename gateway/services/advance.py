"""Move an insurance of a case to its next status, write the timeline, tell everyone who follows the case."""

from gateway.model.case import shown, step
from gateway.model.codes import CaseStatus, Insurance
from gateway.model.platform import CaseChanged, ItemStatus
from gateway.services.records import encode
from gateway.services.runtime import Runtime
from gateway.store import cases, legs
from gateway.store.work import Tx


def move(runtime: Runtime, tx: Tx, case: str, insurance: Insurance, to: CaseStatus, event: str, **params: str) -> None:
    """Give one item the status `to` (which must be allowed to follow its present one) and say why on the timeline."""
    present = CaseStatus(cases.item(tx, case, insurance).status)
    cases.change_item(tx, case, insurance, status=step(present, to).value)
    tell(runtime, tx, case, event, insurance=insurance.value, **params)


def tell(runtime: Runtime, tx: Tx, case: str, event: str, **params: str) -> None:
    """Write a line on the timeline, bring the case up to date, send CaseChanged to every platform that follows it."""
    items = [ItemStatus(Insurance(row.insurance), CaseStatus(row.status)) for row in cases.items(tx, case)]
    status = shown(item.status for item in items) if items else CaseStatus.ACCEPTED
    cases.change(tx, case, status=status.value)
    number = cases.happened(tx, case, event, **params)
    row = cases.get(tx, case)
    for view in cases.views_of(tx, case):
        if (follower := runtime.parties.get(view.client)) is not None and follower.family == "platform":
            message = CaseChanged(view.id, row.person, status, tuple(items), event, tx.now)
            _send(tx, case, view.client, message, number)


def _send(tx: Tx, case: str, platform: str, message: CaseChanged, number: int) -> None:
    legs.add(tx, legs.NewLeg(case, platform, legs.IN_ORDER_MESSAGE, encode(message), occurrence=number))
