"""What is shown of a statement: what it is, what is wrong with it, what it changes; never a row."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.model.values import Money
from gateway.services.statements import faults_of
from gateway.store import statements
from gateway.store.statements import StatementRowKept
from gateway.store.work import Tx


def statement_line(row: StatementRowKept) -> dict[str, Any]:
    """A statement as it stands in a list."""
    return {
        "statement": row.id,
        "party": row.party,
        "state": row.state,
        "way": row.way,
        "day": row.day,
        "part": row.part,
        "parts": row.parts,
        "sequence": row.sequence,
        "count": row.rows,
        "total": str(Money(row.fen)),
        "bytes": row.size,
        "sha256": row.sha256,
        "supersedes": row.supersedes,
        "superseded_by": row.superseded_by,
        "received_at": row.created_at.isoformat(),
        "links": {"self": f"/v1/statements/{row.id}"},
    }


def statement_view(tx: Tx, row: StatementRowKept, language: str) -> dict[str, Any]:
    """A statement with its faults and its difference sheet, where it has them."""
    shown = statement_line(row)
    if faults := faults_of(tx, row):
        shown["errors"] = [
            {
                "line": each.line,
                "byte": each.byte,
                "field": each.field,
                "code": each.code,
                "side": each.side,
                "expected": each.expected,
                "found": each.found,
                "detail": each.text(language),
            }
            for each in faults
        ]
    if sheet := statements.differences_of(tx, row):
        shown["differences"] = _decoded(sheet)
    return shown


def _decoded(sheet: bytes) -> Mapping[str, Any]:
    decoded: Mapping[str, Any] = msgspec.json.decode(sheet)
    return decoded
