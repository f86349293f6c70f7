"""The schemas of our own answers for OpenAPI; tests hold every answer against them."""

from collections.abc import Mapping

from gateway.mapping.schema_json import json_schema
from gateway.model.codes import (
    CaseStatus,
    Insurance,
    LegState,
    LevyState,
    Payer,
    RefundOrigin,
    RefundRoute,
    RefundState,
)
from gateway.model.province_records import ContributionLine, Right
from gateway.web.books_schemas import BOOKS_SCHEMAS
from gateway.web.reconciliation_schemas import RECONCILIATION_SCHEMAS
from gateway.web.schema_parts import (
    COUNT,
    DATE,
    FLAG,
    INSTANT,
    MONEY,
    MONTH,
    OPTIONAL_COUNT,
    OPTIONAL_TEXT,
    TEXT,
    Schema,
    code,
    record,
    ref,
    some,
)


def _of_record(kind: type) -> Mapping[str, Schema]:
    """A record of a region with all that it refers to; a caller may see a part of its fields."""
    return {name: {**made, "required": []} if name == kind.__name__ else made for name, made in _made(kind).items()}


def _made(kind: type) -> Mapping[str, Schema]:
    made: Mapping[str, Schema] = json_schema([kind])
    return made


_LINKS = {"type": "object", "additionalProperties": TEXT}
_STATUS = code(CaseStatus)
_INSURANCE = code(Insurance)

SCHEMAS: Mapping[str, Schema] = {
    "Determination": record(
        insurance=_INSURANCE,
        region=TEXT,
        agency=TEXT,
        tax_office=TEXT,
        rule=TEXT,
        citation=some(TEXT),
        inputs=some(record(name=TEXT, value=TEXT, known=TEXT)),
        provisional=FLAG,
        invented=FLAG,
        explanation=TEXT,
    ),
    "Levy": record(
        ("numbers", "paid", "refunded", "collected_on", "treasury_on", "accounting_month", "provisional", "history"),
        insurance=_INSURANCE,
        components=some(record(name=TEXT, payer=code(Payer), amount=MONEY)),
        amount=MONEY,
        from_=MONTH,
        to=MONTH,
        due=DATE,
        payable_until=DATE,
        status=code(LevyState),
        explanation=TEXT,
        numbers=record(
            levy=OPTIONAL_TEXT,
            notice=OPTIONAL_TEXT,
            tax_person=OPTIONAL_TEXT,
            voucher=OPTIONAL_TEXT,
            trace=OPTIONAL_TEXT,
        ),
        paid=OPTIONAL_TEXT,
        refunded=OPTIONAL_TEXT,
        collected_on=OPTIONAL_TEXT,
        treasury_on=OPTIONAL_TEXT,
        accounting_month=OPTIONAL_TEXT,
        provisional=FLAG,
        history=some(
            record(
                at=INSTANT,
                from_=code(LevyState),
                to=code(LevyState),
                message=TEXT,
                party=TEXT,
                details={"type": "object", "additionalProperties": TEXT},
            )
        ),
    ),
    "Refund": record(
        origin=code(RefundOrigin),
        state=code(RefundState),
        route={"oneOf": [code(RefundRoute), {"type": "null"}]},
        amount=MONEY,
        from_=MONTH,
        to=MONTH,
        shares=some(record(name=TEXT, payer=code(Payer), amount=MONEY, to=code(Payer))),
        refund_number=OPTIONAL_TEXT,
        refunded_on=OPTIONAL_TEXT,
        of=TEXT,
    ),
    "Acceptance": record(
        case=TEXT,
        worker=TEXT,
        status=_STATUS,
        determination=some(ref("Determination")),
        levies=some(ref("Levy")),
        links=_LINKS,
    ),
    "Preview": record(status=_STATUS, determination=some(ref("Determination")), levies=some(ref("Levy"))),
    "Item": record(
        insurance=_INSURANCE,
        status=_STATUS,
        unverified=FLAG,
        withdrawing=FLAG,
        cover_from=OPTIONAL_TEXT,
        reason=OPTIONAL_TEXT,
        determination=ref("Determination"),
    ),
    "PaymentInstruction": record(
        insurance=_INSURANCE, authority=TEXT, number=OPTIONAL_TEXT, amount=MONEY, due=DATE, channels=some(TEXT)
    ),
    "Leg": record(
        ("reason", "inquiries"),
        leg=TEXT,
        party=TEXT,
        message=TEXT,
        insurance=OPTIONAL_TEXT,
        state=code(LegState),
        attempts=COUNT,
        created_at=INSTANT,
        updated_at=INSTANT,
        reason=OPTIONAL_TEXT,
        inquiries=COUNT,
    ),
    "Case": record(
        ("refund",),
        refund=ref("Refund"),
        case=TEXT,
        kind=TEXT,
        worker=TEXT,
        status=_STATUS,
        allowed_actions=some(TEXT),
        items=some(ref("Item")),
        levies=some(ref("Levy")),
        payment_instructions=some(ref("PaymentInstruction")),
        legs=some(ref("Leg")),
        timeline=some(record(at=INSTANT, event=TEXT, text=TEXT)),
        created_at=INSTANT,
        updated_at=INSTANT,
        links=_LINKS,
    ),
    "CaseLine": record(case=TEXT, worker=TEXT, status=_STATUS, created_at=INSTANT, updated_at=INSTANT, links=_LINKS),
    "Cases": record(cases=some(ref("CaseLine")), next={"oneOf": [record(cursor=TEXT, href=TEXT), {"type": "null"}]}),
    "WorkerHandle": record(worker=TEXT, links=_LINKS),
    **_of_record(ContributionLine),
    **_of_record(Right),
    "Contributions": record(
        ("unanswered", "kept_as"),
        worker=TEXT,
        known=FLAG,
        complete=FLAG,
        lines=some(ref("ContributionLine")),
        unanswered=some(TEXT),
        kept_as=some(record(party=TEXT, instead=TEXT)),
    ),
    "Rights": record(
        ("unanswered", "kept_as"),
        worker=TEXT,
        known=FLAG,
        complete=FLAG,
        rights=some(ref("Right")),
        unanswered=some(TEXT),
        kept_as=some(record(party=TEXT, instead=TEXT)),
    ),
    "Statement": record(
        ("errors", "differences"),
        statement=TEXT,
        party=TEXT,
        state={"type": "string", "enum": ["kept", "refused", "superseded"]},
        way={"type": "string", "enum": ["upload", "folder", "message"]},
        day=OPTIONAL_TEXT,
        part=OPTIONAL_COUNT,
        parts=OPTIONAL_COUNT,
        sequence=OPTIONAL_COUNT,
        count=COUNT,
        total=MONEY,
        bytes=COUNT,
        sha256=TEXT,
        supersedes=OPTIONAL_TEXT,
        superseded_by=OPTIONAL_TEXT,
        received_at=INSTANT,
        errors=some(
            record(
                line=COUNT,
                byte=COUNT,
                field=TEXT,
                code=TEXT,
                side=TEXT,
                expected=TEXT,
                found=TEXT,
                detail=TEXT,
            )
        ),
        differences=record(
            only_before=COUNT,
            only_after=COUNT,
            changed=COUNT,
            rows=some(
                record(
                    kind={"type": "string", "enum": ["only_before", "only_after", "changed"]},
                    line_before=OPTIONAL_COUNT,
                    line_after=OPTIONAL_COUNT,
                    fields=some(TEXT),
                )
            ),
            more=FLAG,
        ),
        links=_LINKS,
    ),
    "Statements": record(
        statements=some(ref("Statement")), next={"oneOf": [record(cursor=TEXT, href=TEXT), {"type": "null"}]}
    ),
    **RECONCILIATION_SCHEMAS,
    **BOOKS_SCHEMAS,
    "Problem": record(
        ("party", "errors", "error", "error_description"),
        type=TEXT,
        title=TEXT,
        status={"type": "integer", "minimum": 400, "maximum": 599},
        detail=TEXT,
        code=TEXT,
        side={"type": "string", "enum": ["caller", "gateway", "party", "law"]},
        retry_safe=FLAG,
        instance=TEXT,
        party=TEXT,
        errors=some(record(pointer=TEXT, code=TEXT, detail=TEXT)),
        error=TEXT,
        error_description=TEXT,
    ),
}
