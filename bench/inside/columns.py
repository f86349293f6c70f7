"""A file of a million rows in GBK (D3, function H28d: 23 columns): by the column plan, and beside it line by line."""

import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bench.database import Server
from bench.figures import Figure
from bench.options import Options
from gateway.batch.columns import read_columns
from gateway.mapping.column_plan import RowFile, column_plan, row_files
from gateway.mapping.dialect_loader import load
from gateway.mapping.dialect_reader import reader
from gateway.mapping.dialect_reading import Reading
from gateway.mapping.syntax_rows import layout

SECTION = "A file of rows in GBK (23 columns, 13 checked; rows per second of processor time)"
_DIALECT = Path(__file__).resolve().parents[2] / "mappings" / "dialects" / "prm" / "1.0"
_FILE = "H28d"
_ROWS_PER_PERSON = 200  # so that the usual number of people makes a million
_SAMPLE = 50  # one in so many rows goes through what is slow; the rate is what counts


def columns(_: Server, options: Options) -> list[Figure]:
    """Rows per second of processor time; every row comes out, and none with an error."""
    tables = load(_DIALECT).tables
    file = next(file for file in row_files(tables) if file.name == _FILE)
    plan, many = column_plan(tables, file), options.people * _ROWS_PER_PERSON
    with TemporaryDirectory(prefix="bench-columns-") as folder:
        source = Path(folder) / "rows.txt"
        source.write_bytes(b"".join(_row(number) for number in range(many)))
        lines = source.read_bytes().splitlines()
        rate = many / _spent(lambda: _checked(read_columns(plan, source, Path(folder) / "out").rows, many))
        beside = {
            "floor: decode and split the same bytes": many / _spent(lambda: _split(lines)),
            "the compiled reader, row by row": len(lines[::_SAMPLE]) / _spent(lambda: _read(file, lines[::_SAMPLE])),
        }
        size = source.stat().st_size / many
    return [Figure(SECTION, f"column plan, {many:,} rows", rate, "/s", None, beside, [f"{size:.0f} bytes a row"])]


def _row(number: int) -> bytes:
    lot = Random(number % 1000)  # noqa: S311 - a seed makes the rows of every run the same
    amounts = [f"{lot.randrange(40_000, 2_000_000) / 100:.2f}" for _ in range(7)]
    cells = (
        f"5201{number:09d}",
        "110101199003071014",
        "周远航",
        "110",
        lot.choice(("10", "20")),
        "520100",
        "202601",
        "",
    )
    rest = ("1", "20260215", "123456", "贵阳航远有限公司", "9876543210", "123456789012345678")
    return ("\t".join((*cells, "202602", "10", *amounts, *rest)) + "\r\n").encode("gb18030")


def _split(lines: list[bytes]) -> None:
    for line in lines:
        line.decode("gb18030").split("\t")


def _read(file: RowFile, lines: list[bytes]) -> None:
    if file.side.row_plan is None:
        raise TypeError("the table has no rows")
    row_of, read = layout(file.options), reader(file.side.row_plan)
    details = file.side.row_plan.also.get((), frozenset())
    for line in lines:
        row = row_of.row(line.decode("gb18030"))
        read({**row, "*": [{name: row[name] for name in details}]}, Reading(file.side.name, "prm"))


def _checked(found: int, wanted: int) -> None:
    assert found == wanted


def _spent(work: Callable[[], None]) -> float:
    """Processor seconds of every thread of this process."""
    began = time.process_time()
    work()
    return time.process_time() - began
