"""How a case looks from outside: one table of what each kind of caller may see, in the caller's language."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from gateway.errors import GatewayError
from gateway.model.case import allowed_actions
from gateway.model.codes import CaseStatus, Payer
from gateway.model.levy import STANDING
from gateway.model.values import Money, Month
from gateway.services import paying, refund_views, registrations, timeline
from gateway.services.offsets import offset_of
from gateway.services.records import content_of
from gateway.services.registrations import ENROLMENT, KINDS, OF_MONEY
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, levies
from gateway.store.rows import CaseRow, ItemRow, LegRow, LevyChangeRow, LevyRow
from gateway.store.work import Tx

_CHANNELS = ("tax_app", "bank", "tax_counter")


def acceptance(
    person: str, status: str, view: str, items: Sequence[ItemRow], owed: Sequence[LevyRow], language: str
) -> bytes:
    """The body of a 202: what was determined, and what it will cost."""
    body = {
        "case": view,
        "worker": person,
        "status": status,
        "determination": [_determination(item, language) for item in items],
        "levies": [levy_view(levy, language) for levy in owed],
        "links": links(view),
    }
    return msgspec.json.encode(body)


def links(view: str, kind: str = ENROLMENT) -> dict[str, str]:
    """Where to go from a case; a change that was asked for is not taken back, but changed again."""
    here = {"self": f"/v1/cases/{view}"}
    return here if kind in KINDS or kind in OF_MONEY else here | {"withdraw": f"/v1/cases/{view}/withdraw"}


def _allowed(runtime: Runtime, tx: Tx, row: CaseRow, items: Sequence[ItemRow]) -> list[str]:
    """What its follower may ask for: of the case, and of what is registered through it."""
    if row.kind in KINDS or row.kind in OF_MONEY:
        return []
    of_case = allowed_actions(CaseStatus(item.status) for item in items)
    return sorted({*of_case, *registrations.changes_on_offer(runtime, tx, row)})


def case_view(runtime: Runtime, tx: Tx, view: str, client: str | None, language: str) -> dict[str, Any]:
    """Everything that the follower of a view may see; `not_found` where it is not theirs. `client` None: operator."""
    handle = cases.behind_view(tx, view, client)
    if handle is None:
        raise GatewayError("not_found", thing="case")
    row = cases.get(tx, handle)
    items = cases.items(tx, row.id)
    owed = levies.of_case(tx, row.id)
    names = {party.id: party.names for party in runtime.parties.values()}
    changes = levies.history(tx, row.id) if owed else {}
    refund = refund_views.view(tx, row)
    of_case = legs.of_case(tx, row.id)
    hidden = _for_others(of_case, client)
    return {
        "case": view,
        "kind": row.kind,
        "worker": row.person,
        "status": row.status,
        "allowed_actions": _allowed(runtime, tx, row, items),
        "items": [item_view(item, cases.reason(tx, item), language) for item in items],
        "levies": [levy_view(levy, language) | _money(tx, levy, changes.get(levy.id, ())) for levy in owed],
        **({} if refund is None else {"refund": refund}),
        "payment_instructions": [_instruction(tx, levy, names, language) for levy in owed if levy.state in STANDING],
        "legs": [leg_view(tx, leg, operator=client is None) for leg in of_case if leg.id not in hidden],
        "timeline": [
            timeline.line(event, language, names)
            for event in cases.timeline(tx, row.id)
            if timeline.leg_of(event) not in hidden
        ],
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
        "links": links(view, row.kind),
    }


def _for_others(of_case: Sequence[LegRow], client: str | None) -> set[str]:
    """The notices to others who follow the case: nobody learns from it who they are (decision 0006)."""
    if client is None:
        return set()
    return {leg.id for leg in of_case if leg.message == legs.IN_ORDER_MESSAGE and leg.party != client}


def item_view(item: ItemRow, reason: str | None, language: str) -> dict[str, Any]:
    """One insurance: its own status, and what was determined for it."""
    return {
        "insurance": item.insurance,
        "status": item.status,
        "unverified": item.unverified,
        "withdrawing": item.withdrawing,
        "cover_from": item.cover_from,
        "reason": reason,
        "determination": _determination(item, language),
    }


def levy_view(levy: LevyRow, language: str) -> dict[str, Any]:
    """One levy as the worker sees it."""
    content = content_of(levy.content)
    return {
        "insurance": levy.insurance,
        "components": [*content["components"], *_offset(levy)],
        "amount": str(Money(levy.assessed_fen if levy.assessed_fen is not None else levy.fen)),
        "from": str(Month(levy.first)),
        "to": str(Month(levy.last)),
        "due": levy.due,
        "payable_until": levy.payable_until,
        "status": levy.state,
        "explanation": content["explanation"][language],
    }


def _offset(levy: LevyRow) -> list[dict[str, str]]:
    fen = offset_of(levy.content)
    return [{"name": "offset", "payer": Payer.WORKER.value, "amount": str(Money(-fen))}] if fen else []


def _money(tx: Tx, levy: LevyRow, changes: Sequence[LevyChangeRow]) -> dict[str, Any]:
    """The numbers of both sides, the days and months of the money, and what changed the levy."""
    month = levy.accounting_month
    return {
        "numbers": {
            "levy": levy.levy_number,
            "notice": levy.notice_number,
            "tax_person": levy.tax_person_number,
            "voucher": levy.voucher_number,
            "trace": levy.trace_number,
        },
        "paid": None if levy.paid_fen is None else str(Money(levy.paid_fen)),
        "refunded": refund_views.given_back(tx, levy),
        "collected_on": levy.paid_on,
        "treasury_on": levy.treasury_on,
        "accounting_month": None if month is None else str(Month(month)),
        "provisional": bool(levy.provisional),
        "history": [
            {
                "at": each.at.isoformat(),
                "from": each.before,
                "to": each.after,
                "message": each.message,
                "party": each.party,
                "details": dict(levies.details(tx, each)),
            }
            for each in changes
        ],
    }


def leg_view(tx: Tx, leg: LegRow, *, operator: bool) -> dict[str, Any]:
    """One leg. Platforms follow what is done for them; reasons of doubt are for operators."""
    shown = {
        "leg": leg.id,
        "party": leg.party,
        "message": leg.message,
        "insurance": leg.insurance or None,
        "state": leg.state,
        "attempts": leg.attempts,
        "created_at": leg.created_at.isoformat(),
        "updated_at": leg.updated_at.isoformat(),
    }
    return shown | ({"reason": legs.reason(tx, leg), "inquiries": leg.inquiries} if operator else {})


def _determination(item: ItemRow, language: str) -> dict[str, Any]:
    public: dict[str, Any] = content_of(item.determination)["public"]
    return public | {"insurance": item.insurance, "explanation": public["explanation"][language]}


def _instruction(tx: Tx, levy: LevyRow, names: Mapping[str, Mapping[str, str]], language: str) -> dict[str, Any]:
    return {
        "insurance": levy.insurance,
        "authority": names.get(levy.tax, {}).get(language, levy.tax),
        "number": levy.levy_number or levy.notice_number,
        "amount": str(_left_to_pay(tx, levy)),
        "due": levy.due,
        "channels": list(_CHANNELS),
    }


def _left_to_pay(tx: Tx, levy: LevyRow) -> Money:
    """What was levied, without what came of it already; late fee and interest that came pay none of it."""
    owed = Money(levy.assessed_fen if levy.assessed_fen is not None else levy.fen)
    return owed if levy.paid_fen is None else owed - paying.contribution(tx, levy)


def page(
    tx: Tx,
    *,
    client: str | None,
    person: str | None,
    status: str | None,
    after: str | None,
    size: int,
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of cases, newest first, and the handle that the next page starts after (None: there is none)."""
    rows = cases.page(tx, client=client, person=person, status=status, after=after, size=size + 1)
    shown = [
        {
            "case": row.view,
            "worker": row.person,
            "status": row.status,
            "created_at": row.created_at.isoformat(),
            "updated_at": row.updated_at.isoformat(),
            "links": links(row.view, row.kind),
        }
        for row in rows[:size]
    ]
    return shown, (rows[size - 1].view if len(rows) > size else None)
