"""A day of the ledger as rows of a side: its plain columns as the store hands them out, put into form by the engine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from gateway.batch.row_files import COLUMNS, RowWriter, parquet
from gateway.batch.row_sides import UNKNOWN_REGION
from gateway.batch.sql import either, literal, select
from gateway.model.reconciliation import ROW_COLUMNS, RowState
from gateway.model.values import MONTHS_PER_YEAR

LEDGER_COLUMNS: Sequence[tuple[str, str]] = (
    ("natural_key", "VARCHAR"),
    ("reverses", "VARCHAR"),
    ("tax_person_number", "VARCHAR"),
    ("region", "VARCHAR"),
    ("accounting_month", "INTEGER"),
    ("day", "DATE"),
    ("fen", "BIGINT"),
    ("late_fee", "BIGINT"),
    ("interest", "BIGINT"),
)
"""What is handed over of each receipt and reversal. `natural_key`: its own; `reverses`: that of the receipt that a
reversal names, both `voucher/insurance/first month`, of a further row with `#sequence`; `fen`: the whole, with late fee
and interest, negative where taken back; `region` and `tax_person_number`: NULL where no levy says them."""

_PAYMENT = "coalesce(reverses, natural_key)"
_FUND, _ROW = f"split_part({_PAYMENT}, '/', -2)", f"split_part({_PAYMENT}, '/', -1)"
_FIRST = f"split_part({_ROW}, '#', 1)"
_NUMBER = f"coalesce(nullif(split_part({_ROW}, '#', 2), '')::INTEGER, 1)"
_VOUCHER = f"left({_PAYMENT}, length({_PAYMENT}) - length({_FUND}) - length({_ROW}) - 2)"
_OWN = {column: f"rows.{quoted}" for column, quoted in COLUMNS.items()}


class LedgerWriter(RowWriter):
    """Writes a day's rows, numbered anew, without those of `before`. `secret`: of the persons' blind values."""

    def __init__(self, into: Path, secret: bytes, before: Sequence[Path] = ()) -> None:
        super().__init__(into)
        self._secret, self._before = secret, before

    def __enter__(self) -> Self:
        # As in gateway.batch.statement: only a process that exports needs what handles columns.
        from gateway.batch.blinds import Blinds  # noqa: PLC0415 - as said above

        super().__enter__()
        blind = self._stack.enter_context(self._engine.knowing(Blinds(self._secret).of_texts))
        columns = _columns(blind)
        self._made = ", ".join(f"CAST({columns[column]} AS {kind})" for column, kind in ROW_COLUMNS)
        return self

    def lines(self, text: bytes) -> None:
        """Write some rows more, given as lines of CSV with LEDGER_COLUMNS."""
        self.load(text, LEDGER_COLUMNS, self._made)

    def finished(self) -> str:
        """What is to stand in the file."""
        new = "rows"
        if self._before:
            same = "known.trace = rows.trace AND known.reverses IS NOT DISTINCT FROM rows.reverses"
            new = " ".join(("rows ANTI JOIN", parquet(self._before, self.folder), "AS known ON", same))
        return " ".join((select({**_OWN, "line": "row_number() OVER ()"}, new), "AS numbered"))


def _columns(blind: str) -> dict[str, str]:
    """ROW_COLUMNS of LEDGER_COLUMNS. `blind`: the function that makes the blind value of a person."""
    taken_back = "reverses IS NOT NULL"
    # A row and what takes it back have numbers of their own: 1 and 2, those of the next row 3 and 4.
    taken, booked = f"({_NUMBER} * 2)::VARCHAR", f"({_NUMBER} * 2 - 1)::VARCHAR"
    return {
        "line": "0",
        "key": f"concat_ws(' ', {_VOUCHER}, {_FUND}, {_FIRST}, {either([(taken_back, taken)], booked)})",
        "voucher": _VOUCHER,
        "summary": "NULL",
        "trace": "natural_key",
        "reverses": "reverses",
        "person": f"{blind}(nullif(tax_person_number, ''))",
        "region": f"coalesce(region, {literal(UNKNOWN_REGION)})",
        "fund": _FUND,
        "month": f"left({_FIRST}, 4)::INTEGER * {MONTHS_PER_YEAR} + right({_FIRST}, 2)::INTEGER - 1",
        "accounting_month": "accounting_month",
        "day": "day",
        # Money of a day is booked in the year before where it came in the adjustment period (wire facts, 3.4).
        "adjustment": f"accounting_month // {MONTHS_PER_YEAR} < year(day)",
        "amount": "fen - late_fee - interest",
        "late_fee": "late_fee",
        "interest": "interest",
        "state": either([(taken_back, literal(RowState.REVERSED.value))], literal(RowState.BOOKED.value)),
    }
