"""From the tables of a dialect to column plans: plain data that an engine runs over millions of rows.

A reply has a file of rows where the option `files` of its dialect holds a layout under one of the constants by which
the reply is recognised. What a plan cannot say is refused while compiling: GatewayError `data_invalid` naming the line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.column_plan_records import built
from gateway.mapping.column_plan_steps import Whereabouts, code_table, constant, value
from gateway.mapping.converters_names import without_private_use
from gateway.mapping.dialect_plan import Plan
from gateway.mapping.dialect_side import Side
from gateway.mapping.dialect_tables import Tables
from gateway.model.column_plan import CodeTable, ColumnPlan, Step

_DEFAULT_ENCODING = "gb18030"  # of a layout that says nothing else (gateway.mapping.syntax_rows)
_ROWS_TAKEN = ("one", "first", "all", "details")
_DETAILS = "*"
_BMP = range(0x80, 0x10000)


@dataclass(frozen=True, slots=True)
class RowFile:
    """One kind of file of a dialect: the side of the table that reads its rows, and the layout as the options say."""

    name: str
    side: Side
    options: Mapping[str, Any]


def row_files(tables: Tables) -> Iterator[RowFile]:
    """Every file of rows that the tables read, in the order of the options."""
    for name, options in tables.folder.dialect.options.get("files", {}).items():
        for direction, side in tables.sides():
            if direction == "reply" and side.row_plan is not None and name in side.block.tells.values():
                yield RowFile(name, side, options)


def column_plan(tables: Tables, file: RowFile) -> ColumnPlan:
    """The plan of one kind of file; GatewayError `data_invalid` naming the line that no plan can say."""
    rows, plan = file.side.block.rows, file.side.row_plan
    if rows is None or plan is None or rows.take not in _ROWS_TAKEN:
        raise file.side.located.file.invalid("rows that are taken like this have no column plan", "reply", "rows")
    widths: Mapping[str, int] = file.options.get("widths", {})
    columns = tuple(widths or file.options["columns"])
    _check_known(file, plan, columns)
    return ColumnPlan(
        party=tables.folder.dialect.dialect,
        message=file.side.name,
        encoding=_DEFAULT_ENCODING,
        columns=columns,
        separator="" if widths else file.options.get("separator", "\t"),
        widths=tuple(widths.values()),
        steps=tuple(_steps(plan, Whereabouts(tables.folder.dialect.forms))),
        codes=dict(_codes(plan)),
        folds=_folds(),
        filled=rows.filled if rows.take == "details" else "",
    )


def _steps(plan: Plan, at: Whereabouts) -> Iterator[Step]:
    """The steps of a plan, those of the lists inside it in their place, and what its records check, in that order."""
    for step in plan.steps:
        if step.line.only == "write" or step.line.ignored or step.line.fill is not None:
            continue
        if step.each is not None:
            if at.within or step.names != (_DETAILS,):
                raise step.placed.invalid("a column plan has one list of details in a row")
            yield from _steps(step.each, replace(at, within=".".join(step.here)))
        elif step.line.const is not None:
            yield constant(step, at)
        else:
            yield value(step, at, plan.record)
    yield from built(plan, at)


def _codes(plan: Plan) -> Iterator[tuple[str, CodeTable]]:
    for step in plan.steps:
        if step.each is not None:
            yield from _codes(step.each)
        elif step.codes is not None and step.line.only != "write":
            yield step.codes.name, code_table(step.codes)


def _check_known(file: RowFile, plan: Plan, columns: tuple[str, ...]) -> None:
    """Every column is read, and everything that is read has a column: the reader would find out row by row."""
    read = {name for step in plan.steps for name in step.names} | set(plan.also.get((), ()))
    read.discard(_DETAILS)
    odd = sorted(read ^ set(columns)) if file.side.closed else sorted(read - set(columns))
    if odd:
        raise _invalid(file, f"the columns of file {file.name} and those of the table differ: {', '.join(odd)}")


def _invalid(file: RowFile, reason: str) -> GatewayError:
    return file.side.located.file.invalid(reason, "reply")


@cache
def _folds() -> tuple[tuple[str, str], ...]:
    """What `without_private_use` does to each character; all of them lie in the first plane."""
    folded = ((chr(code), without_private_use(chr(code))) for code in _BMP)
    return tuple((character, standard) for character, standard in folded if character != standard)
