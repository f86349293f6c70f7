"""The schemas of our own answers for OpenAPI; tests hold every answer against them."""

from collections.abc import Mapping
from typing import Any

from gateway.mapping.schema_json import json_schema
from gateway.model.codes import CaseStatus, Insurance, LegState, LevyState, Payer
from gateway.model.province_records import ContributionLine, Right

Schema = Mapping[str, Any]

_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_DATE: Schema = {"type": "string", "format": "date"}
_MONTH: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}
_MONEY: Schema = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$", "examples": ["1024.80"]}
_OPTIONAL_COUNT: Schema = {"type": ["integer", "null"], "minimum": 0}
_OPTIONAL_TEXT: Schema = {"type": ["string", "null"]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _some(one: Schema) -> Schema:
    return {"type": "array", "items": one}


def _code(kind: type) -> Schema:
    return {"type": "string", "enum": [member.value for member in kind]}  # type: ignore[attr-defined]  # a StrEnum's class


def _record(optional: tuple[str, ...] = (), **members: Schema) -> Schema:
    named = {name.rstrip("_"): member for name, member in members.items()}
    required = [name for name in named if name not in optional]
    return {"type": "object", "properties": named, "required": required, "additionalProperties": False}


def _of_record(kind: type) -> Mapping[str, Schema]:
    """A record of a region with all that it refers to; a caller may see a part of its fields."""
    return {name: {**made, "required": []} if name == kind.__name__ else made for name, made in _made(kind).items()}


def _made(kind: type) -> Mapping[str, Schema]:
    made: Mapping[str, Schema] = json_schema([kind])
    return made


_LINKS = {"type": "object", "additionalProperties": _TEXT}
_STATUS = _code(CaseStatus)
_INSURANCE = _code(Insurance)

SCHEMAS: Mapping[str, Schema] = {
    "Determination": _record(
        insurance=_INSURANCE,
        region=_TEXT,
        agency=_TEXT,
        tax_office=_TEXT,
        rule=_TEXT,
        citation=_some(_TEXT),
        inputs=_some(_record(name=_TEXT, value=_TEXT, known=_TEXT)),
        provisional=_FLAG,
        invented=_FLAG,
        explanation=_TEXT,
    ),
    "Levy": _record(
        insurance=_INSURANCE,
        components=_some(_record(name=_TEXT, payer=_code(Payer), amount=_MONEY)),
        amount=_MONEY,
        from_=_MONTH,
        to=_MONTH,
        due=_DATE,
        payable_until=_DATE,
        status=_code(LevyState),
        explanation=_TEXT,
    ),
    "Acceptance": _record(
        case=_TEXT,
        worker=_TEXT,
        status=_STATUS,
        determination=_some(_ref("Determination")),
        levies=_some(_ref("Levy")),
        links=_LINKS,
    ),
    "Preview": _record(status=_STATUS, determination=_some(_ref("Determination")), levies=_some(_ref("Levy"))),
    "Item": _record(
        insurance=_INSURANCE,
        status=_STATUS,
        unverified=_FLAG,
        withdrawing=_FLAG,
        cover_from=_OPTIONAL_TEXT,
        reason=_OPTIONAL_TEXT,
        determination=_ref("Determination"),
    ),
    "PaymentInstruction": _record(
        insurance=_INSURANCE, authority=_TEXT, number=_OPTIONAL_TEXT, amount=_MONEY, due=_DATE, channels=_some(_TEXT)
    ),
    "Leg": _record(
        ("reason", "inquiries"),
        leg=_TEXT,
        party=_TEXT,
        message=_TEXT,
        insurance=_OPTIONAL_TEXT,
        state=_code(LegState),
        attempts=_COUNT,
        created_at=_INSTANT,
        updated_at=_INSTANT,
        reason=_OPTIONAL_TEXT,
        inquiries=_COUNT,
    ),
    "Case": _record(
        case=_TEXT,
        kind=_TEXT,
        worker=_TEXT,
        status=_STATUS,
        allowed_actions=_some(_TEXT),
        items=_some(_ref("Item")),
        levies=_some(_ref("Levy")),
        payment_instructions=_some(_ref("PaymentInstruction")),
        legs=_some(_ref("Leg")),
        timeline=_some(_record(at=_INSTANT, event=_TEXT, text=_TEXT)),
        created_at=_INSTANT,
        updated_at=_INSTANT,
        links=_LINKS,
    ),
    "CaseLine": _record(
        case=_TEXT, worker=_TEXT, status=_STATUS, created_at=_INSTANT, updated_at=_INSTANT, links=_LINKS
    ),
    "Cases": _record(
        cases=_some(_ref("CaseLine")), next={"oneOf": [_record(cursor=_TEXT, href=_TEXT), {"type": "null"}]}
    ),
    "WorkerHandle": _record(worker=_TEXT, links=_LINKS),
    **_of_record(ContributionLine),
    **_of_record(Right),
    "Contributions": _record(
        ("unanswered",),
        worker=_TEXT,
        known=_FLAG,
        complete=_FLAG,
        lines=_some(_ref("ContributionLine")),
        unanswered=_some(_TEXT),
    ),
    "Rights": _record(
        ("unanswered",),
        worker=_TEXT,
        known=_FLAG,
        complete=_FLAG,
        rights=_some(_ref("Right")),
        unanswered=_some(_TEXT),
    ),
    "Statement": _record(
        ("errors", "differences"),
        statement=_TEXT,
        party=_TEXT,
        state={"type": "string", "enum": ["kept", "refused", "superseded"]},
        way={"type": "string", "enum": ["upload", "folder"]},
        day=_OPTIONAL_TEXT,
        part=_OPTIONAL_COUNT,
        parts=_OPTIONAL_COUNT,
        sequence=_OPTIONAL_COUNT,
        count=_COUNT,
        total=_MONEY,
        bytes=_COUNT,
        sha256=_TEXT,
        supersedes=_OPTIONAL_TEXT,
        superseded_by=_OPTIONAL_TEXT,
        received_at=_INSTANT,
        errors=_some(
            _record(
                line=_COUNT,
                byte=_COUNT,
                field=_TEXT,
                code=_TEXT,
                side=_TEXT,
                expected=_TEXT,
                found=_TEXT,
                detail=_TEXT,
            )
        ),
        differences=_record(
            only_before=_COUNT,
            only_after=_COUNT,
            changed=_COUNT,
            rows=_some(
                _record(
                    kind={"type": "string", "enum": ["only_before", "only_after", "changed"]},
                    line_before=_OPTIONAL_COUNT,
                    line_after=_OPTIONAL_COUNT,
                    fields=_some(_TEXT),
                )
            ),
            more=_FLAG,
        ),
        links=_LINKS,
    ),
    "Statements": _record(
        statements=_some(_ref("Statement")), next={"oneOf": [_record(cursor=_TEXT, href=_TEXT), {"type": "null"}]}
    ),
    "Problem": _record(
        ("party", "errors", "error", "error_description"),
        type=_TEXT,
        title=_TEXT,
        status={"type": "integer", "minimum": 400, "maximum": 599},
        detail=_TEXT,
        code=_TEXT,
        side={"type": "string", "enum": ["caller", "gateway", "party", "law"]},
        retry_safe=_FLAG,
        instance=_TEXT,
        party=_TEXT,
        errors=_some(_record(pointer=_TEXT, code=_TEXT, detail=_TEXT)),
        error=_TEXT,
        error_description=_TEXT,
    ),
}
