"""The schemas of what is answered about reconciliations and breaks."""

from collections.abc import Mapping

from gateway.model.breaks import BreakAction, BreakState, Repair, Resolution, RunState
from gateway.model.difference import FileState
from gateway.model.reconciliation import BreakClass
from gateway.model.repair import RepairCode, RepairState
from gateway.model.run_progress import RunStep
from gateway.services.balance_sheet import COLUMNS as SHEET_COLUMNS
from gateway.web.schema_parts import (
    COUNT,
    DATE,
    FLAG,
    INSTANT,
    MONEY,
    OPTIONAL_TEXT,
    TEXT,
    Schema,
    code,
    page_of,
    record,
    ref,
    some,
)

_SIDE = {"type": "string", "enum": ["here", "there"]}
_MASKED = {**OPTIONAL_TEXT, "description": "`[masked]` for callers who may not see it."}
_LINKS = {"type": "object", "additionalProperties": TEXT}
_WHOLE = {"type": "integer"}
_PARTS = ("whole", "matched", "transit", "broken")
_SUMS: Mapping[str, Schema] = {name: ref("Sum") for name in _PARTS}

_LINE: Mapping[str, Schema] = {
    "break": TEXT,
    "party": TEXT,
    "pairing": TEXT,
    "class": code(BreakClass),
    "class_name": TEXT,
    "flags": some(code(BreakClass)),
    "state": code(BreakState),
    "region": TEXT,
    "fund": TEXT,
    "day": DATE,
    "here": ref("Sum"),
    "there": ref("Sum"),
    "difference": MONEY,
    "age_days": _WHOLE,
    "owner": TEXT,
    "due_on": DATE,
    "overdue": FLAG,
    "claimed_by": OPTIONAL_TEXT,
    "waits_for": OPTIONAL_TEXT,
    "waits_until": {"oneOf": [DATE, {"type": "null"}]},
    "proposed_repair": code(Repair),
    "links": _LINKS,
}

_RUN: Mapping[str, Schema] = {
    "reconciliation": TEXT,
    "party": TEXT,
    "pairing": TEXT,
    "day": DATE,
    "since": DATE,
    "number": COUNT,
    "state": code(RunState),
    "error": OPTIONAL_TEXT,
    "reason": OPTIONAL_TEXT,
    "totals": record(here=record(**_SUMS), there=record(**_SUMS)),
    "explained": FLAG,
    "progress": record(
        step={"oneOf": [code(RunStep), {"type": "null"}]},
        share={"type": "number"},
        steps=some(record(step=code(RunStep), rows=COUNT, at=INSTANT)),
    ),
    "created_at": INSTANT,
    "done_at": {"oneOf": [INSTANT, {"type": "null"}]},
    "links": _LINKS,
}

_TOTALS = record(
    booked_on=DATE,
    agency=TEXT,
    fund=TEXT,
    adjustment=FLAG,
    our_count=COUNT,
    our_amount=MONEY,
    their_count=COUNT,
    their_amount=MONEY,
    difference=MONEY,
    in_transit=COUNT,
    in_breaks=COUNT,
    agrees=FLAG,
)
_SHEET = record(
    fund=TEXT,
    **{
        name: COUNT if name.endswith("_count") else FLAG if name == "ties_out" else MONEY
        for name in SHEET_COLUMNS
        if name not in {"party", "pairing", "day", "fund"}
    },
)

_DIFFERENCES = record(
    differences=TEXT,
    reconciliation=TEXT,
    party=TEXT,
    pairing=TEXT,
    day=DATE,
    sequence=COUNT,
    state=code(FileState),
    way=TEXT,
    name=TEXT,
    rows=COUNT,
    our_total=MONEY,
    their_total=MONEY,
    sha256=TEXT,
    attempts=COUNT,
    error=OPTIONAL_TEXT,
    acknowledgement=OPTIONAL_TEXT,
    sent_at={"oneOf": [INSTANT, {"type": "null"}]},
    answers=some(record(answer=TEXT, rows=COUNT, agreed=COUNT, at=INSTANT)),
)

RECONCILIATION_SCHEMAS: Mapping[str, Schema] = {
    "Sum": record(count=COUNT, amount=MONEY),
    "ReconciliationLine": record(**_RUN),
    "Reconciliations": page_of("reconciliations", "ReconciliationLine"),
    "Reconciliation": record(
        **_RUN,
        compared=some(_TOTALS),
        sheets=some(_SHEET),
        lines=some(record(side=_SIDE, day=DATE, region=TEXT, fund=TEXT, adjustment=FLAG, **_SUMS)),
        in_transit=some(
            record(
                booked_by=_SIDE,
                booked_on=DATE,
                expected_on=DATE,
                region=TEXT,
                fund=TEXT,
                adjustment=FLAG,
                count=COUNT,
                amount=MONEY,
            )
        ),
    ),
    "Differences": _DIFFERENCES,
    "DifferencesPage": page_of("differences", "Differences"),
    "DifferencesAnswer": record(answer=TEXT, differences=OPTIONAL_TEXT, rows=COUNT, agreed=COUNT),
    "BreakLine": record(**_LINE),
    "Breaks": page_of("breaks", "BreakLine"),
    "BreakSideRow": record(
        line=COUNT,
        key=TEXT,
        voucher=TEXT,
        summary=OPTIONAL_TEXT,
        trace=_MASKED,
        reverses=_MASKED,
        region=TEXT,
        fund=TEXT,
        month=TEXT,
        accounting_month=TEXT,
        day=DATE,
        adjustment=FLAG,
        amount=MONEY,
        late_fee=MONEY,
        interest=MONEY,
        total=MONEY,
        state=TEXT,
    ),
    "BreakRepair": record(
        repair=code(RepairCode),
        repair_name=TEXT,
        state=code(RepairState),
        asked_by=TEXT,
        agreed_by=OPTIONAL_TEXT,
        reason=TEXT,
        changes_ours_by=MONEY,
        entries=some(ref("BreakSideRow")),
        reference=OPTIONAL_TEXT,
        at=INSTANT,
    ),
    "BreakEntry": record(
        at=INSTANT,
        action=code(BreakAction),
        action_name=TEXT,
        by=TEXT,
        second=OPTIONAL_TEXT,
        run=OPTIONAL_TEXT,
        comment=OPTIONAL_TEXT,
    ),
    "Break": record(
        **_LINE,
        first_seen=DATE,
        last_seen=DATE,
        resolution={"oneOf": [code(Resolution), {"type": "null"}]},
        resolved_by=OPTIONAL_TEXT,
        agreed_by=OPTIONAL_TEXT,
        allowed_actions=some(TEXT),
        fitting_repairs=some(code(RepairCode)),
        rows=record(here=some(ref("BreakSideRow")), there=some(ref("BreakSideRow"))),
        repairs=some(ref("BreakRepair")),
        history=some(ref("BreakEntry")),
    ),
}
