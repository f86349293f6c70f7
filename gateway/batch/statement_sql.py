"""The SQL by which a block of a statement's rows is checked and typed."""

from datetime import date
from hashlib import sha256

from gateway.batch.sql import either, literal, name
from gateway.model.reconciliation import ROW_COLUMNS, Book, RowState
from gateway.model.statement_plan import StatementPlan
from gateway.model.values import Month

SEEN = "(key UBIGINT, trace UBIGINT, voucher UBIGINT)"
"""What stands twice is found by fingerprints; two that are equal by accident send the file to the strict reader."""

_BUFFER = 4 << 20  # small enough that every core finds work in one block
_MONEY = ("amount", "late_fee", "interest")
_KINDS = {
    "number": "BIGINT",
    "collected_on": "DATE",
    "treasury_on": "DATE",
    **dict.fromkeys(_MONEY, "DECIMAL(15, 2)"),
}
_OPTIONAL = {"treasury_on": "DATE", "summary_number": "VARCHAR", "reverses": "VARCHAR"}


def right_lines(plan: StatementPlan, file: str) -> str:
    """How many lines a file has, and whether each is a row as the pattern has it."""
    read = _read(plan, file, r"E'\x01'", {"line": "VARCHAR"})
    return f"SELECT count(*), coalesce(bool_and(regexp_full_match(line, {literal(plan.pattern)})), TRUE) FROM {read}"


def typed(plan: StatementPlan, file: str) -> str:
    """The rows of a file with their values: money in fen, months as ordinals, and the key."""
    kinds = {"record": "VARCHAR", **{column: _KINDS.get(column, "VARCHAR") for column in plan.columns}}
    read = _read(plan, file, literal(plan.separator), kinds)
    fen = {each: f"CAST({each} * 100 AS BIGINT)" if each in plan.columns else "0" for each in _MONEY}
    key = "voucher_number || ' ' || item || ' ' || left(month, 4) || '-' || right(month, 2) || ' ' || sequence"
    taken = ("number", "voucher_number", "trace_number", "agency", "collected_on", "tax_person_number", "name")
    columns = {
        **{each: each for each in taken},
        **{each: each if each in plan.columns else f"CAST(NULL AS {kind})" for each, kind in _OPTIONAL.items()},
        **{each: f"coalesce({value}, 0)" for each, value in fen.items()},
        "key": key,
        "fund": _fund(plan),
        "month": _ordinal("month"),
        "accounting_month": _ordinal("accounting_month"),
        "adjustment": f"coalesce(adjustment = {literal(plan.yes)}, FALSE)" if plan.yes else "FALSE",
    }
    return f"SELECT {', '.join(f'{value} AS {name(each)}' for each, value in columns.items())} FROM {read}"


def checked(before: int, day: date, today: date) -> str:
    """How many rows are typed, their money in fen, and whether each can be; `before`: rows of the file before these."""
    conditions = (
        f"number = rowid + {before + 1}",
        f"collected_on <= DATE '{day}'",
        f"(treasury_on IS NULL OR (treasury_on >= collected_on AND treasury_on <= DATE '{today}'))",
        f"accounting_month <= {Month.of(day).ordinal + 1}",
        f"(reverses IS NOT NULL OR least({', '.join(_MONEY)}) >= 0)",
        f"(reverses IS NULL OR greatest({', '.join(_MONEY)}) <= 0)",
    )
    right = f"coalesce(bool_and(coalesce({' AND '.join(conditions)}, FALSE)), TRUE)"
    return f"SELECT count(*), CAST(coalesce(sum({' + '.join(_MONEY)}), 0) AS BIGINT), {right} FROM typed"


SEEN_HERE = "SELECT hash(key), hash(collected_on, trace_number), hash(voucher_number) FROM typed"
REPEATED = (
    "SELECT (SELECT count(*) FROM (SELECT key FROM seen GROUP BY key HAVING count(*) > 1) AS k) + (SELECT count(*) "
    "FROM (SELECT trace FROM seen GROUP BY trace HAVING min(voucher) <> max(voucher)) AS t)"
)
NAMES = "SELECT DISTINCT name FROM typed"
_BLIND_DIGITS = 32


def person_blind(secret: bytes, number: str) -> str:
    """The blind value of a person by the tax party's number, as `rows_of` makes it. `secret`: 32 bytes, of the party.

    SHA-256 behind the secret, cut to half: the engine has no HMAC, and what is cut cannot be extended.
    """
    return sha256(f"{secret.hex()}{number}".encode()).hexdigest()[:_BLIND_DIGITS]


def rows_of(side: Book, book: Book, day: date, blind: bytes) -> str:
    """The typed rows of a side's statement that are a book's, with ROW_COLUMNS. `day`: that the statement is about.

    `blind`: the secret of the blind values of persons.
    """
    booked_on, kept = _booked(side, book, f"DATE '{day}'")
    own = "voucher_number || '/' || "
    columns = {
        "line": "number",
        "voucher": "voucher_number",
        "summary": "summary_number",
        # A trace number comes again on another day; with its voucher it is the payment's own.
        "trace": f"CASE WHEN trace_number = summary_number THEN trace_number ELSE {own}trace_number END",
        "reverses": f"{own}reverses",
        "person": f"left(sha256({literal(blind.hex())} || tax_person_number), {_BLIND_DIGITS})",
        "region": "agency",
        "day": booked_on,
        "state": either([("reverses IS NOT NULL", literal(RowState.REVERSED))], literal(RowState.BOOKED)),
    }
    made = ", ".join(
        f"CAST({columns.get(column, name(column))} AS {kind}) AS {name(column)}" for column, kind in ROW_COLUMNS
    )
    return f"SELECT {made} FROM typed WHERE {kept}"


def _booked(side: Book, book: Book, day: str) -> tuple[str, str]:
    """When a book booked a row of a side's statement, and which rows are the book's."""
    if side is not Book.RECEIPT:
        return f"coalesce(treasury_on, {day})" if book is Book.TREASURY else day, "TRUE"
    if book is Book.TREASURY:
        return "treasury_on", "treasury_on IS NOT NULL"
    # What was collected earlier and comes with the day of its posting was stated before: only the posting is new.
    return "collected_on", f"NOT (treasury_on IS NOT NULL AND collected_on < {day})"


def _read(plan: StatementPlan, file: str, separator: str, columns: dict[str, str]) -> str:
    """A file as the engine's own reader of separated columns has it, which is told to guess nothing."""
    longest = 2 * plan.longest  # in UTF-8
    options = {
        "delim": separator,
        "quote": "''",
        "escape": "''",
        "new_line": r"'\n'",
        "header": "FALSE",
        "auto_detect": "FALSE",
        "columns": "{" + ", ".join(f"{literal(each)}: {literal(kind)}" for each, kind in columns.items()) + "}",
        "dateformat": literal(plan.day_form),
        "max_line_size": str(longest),
        "buffer_size": str(max(_BUFFER, 2 * longest)),
    }
    return f"read_csv({literal(file)}, {', '.join(f'{option} = {value}' for option, value in options.items())})"


def _fund(plan: StatementPlan) -> str:
    if all(there == here for there, here in plan.codes):
        return "insurance"
    return either([(f"insurance = {literal(there)}", literal(here)) for there, here in plan.codes], "NULL")


def _ordinal(column: str) -> str:
    return f"CAST({column} AS INTEGER) // 100 * 12 + CAST({column} AS INTEGER) % 100 - 1"
