"""One contender in a process of its own; prints what it took.

`python -m bench.inside.reconciliation_run NAME FOLDER`, in a folder that `bench.statements` wrote.
"""

import csv
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, read_csv

from bench.inside.statement_match import StatementSide, match_statements
from bench.inside.transcode import to_utf_8
from bench.statements import DAY, KEY, PARTY
from gateway.batch.at_once import at_once
from gateway.batch.engine import Limits
from gateway.batch.matching import Matched
from gateway.batch.persons import person_blind
from gateway.batch.row_files import write_rows
from gateway.batch.statement_frame import BLOCK
from gateway.batch.statement_terms import StatementTerms
from gateway.mapping.break_table import break_table
from gateway.mapping.statement_layout import layout_of
from gateway.mapping.statement_plan import statement_plan
from gateway.model.reconciliation import Book, Pairing

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"
FILES = ("here.txt", "there-1.txt", "there-2.txt")
COMPARED = ("person", "region", "fund", "amount", "late_fee", "interest", "state", "month", "accounting_month")
_BLIND = b"bench-blind-secret-of-32-bytes.."
_BIG = Limits(2 << 30)
_SMALL = Limits(1 << 30)
_COLUMNS = (
    *("record", "number", "voucher", "item", "month", "sequence", "fund", "region", "accounting_month"),
    *("collected_on", "treasury_on", "amount", "late_fee", "interest", "adjustment", "trace", "summary", "reverses"),
    *("levy", "notice", "person", "person_here", "unit", "unit_here", "name"),
)
_KEY = ["voucher", "item", "month", "sequence"]
_VALUES = ["person", "region", "fund", "amount", "late_fee", "interest", "accounting_month"]
_DAY = date.fromisoformat(DAY)


def engine(folder: Path, limits: Limits = _BIG) -> Mapping[str, Any]:
    """Everything: signature, count, total, strict checks, decoding, typing, matching, classes, breaks written."""
    pending = _pending(folder)
    plan = statement_plan(layout_of(MAPPINGS, PARTY))
    terms = StatementTerms(_DAY, KEY, _BLIND)
    here, *there = (folder / name for name in FILES)
    steps: list[tuple[str, float]] = []
    with TemporaryDirectory(dir=folder) as made:
        found = match_statements(
            Pairing("bench", Book.AGENCY, Book.RECEIPT, COMPARED),
            StatementSide([here], plan, terms, _strictly, [pending]),
            StatementSide(there, plan, terms, _strictly),
            Path(made) / "out",
            limits=limits,
            today=_DAY,
            table=break_table(MAPPINGS),
            progress=lambda step: steps.append((step.name, time.monotonic())),
        )
        wrong = _wrong(folder, found)
    return {
        "wrong": wrong,
        "breaks": sum(found.breaks_of.values()),
        "spilled": found.spilled,
        "matching": steps[-1][1] - steps[0][1],
    }


def floor(folder: Path) -> Mapping[str, Any]:
    """Decoding, splitting and typing both files: no check, no signature, nothing compared, nothing written.

    By the C library's tables and pyarrow's reader, on every core: the quickest that was found.
    """
    kinds = dict.fromkeys(_COLUMNS, pa.string()) | {"number": pa.int64()}
    kinds |= dict.fromkeys(("collected_on", "treasury_on"), pa.timestamp("s"))
    kinds |= dict.fromkeys(("amount", "late_fee", "interest"), pa.decimal128(15, 2))
    split = ParseOptions(delimiter="|", quote_char=False)
    typed = ConvertOptions(column_types=kinds, timestamp_parsers=["%Y%m%d"])
    one = ReadOptions(column_names=list(_COLUMNS), use_threads=False, block_size=2 * BLOCK)

    def rows(block: bytes) -> int:
        text = to_utf_8(_rows_only(block), "gb18030")
        source = pa.BufferReader(pa.py_buffer(text.held).slice(0, text.size))
        return int(read_csv(source, one, split, typed).num_rows)

    return {"rows": sum(at_once(rows, _blocks(folder)))}


def _blocks(folder: Path) -> Iterator[bytes]:
    for name in FILES[:2]:
        with (folder / name).open("rb") as file:
            file.readline()
            while block := file.read(BLOCK):
                yield block + file.readline()


def datacompy(folder: Path) -> Mapping[str, Any]:
    """The library of that name, with its polars class."""
    peer, pl = import_module("datacompy"), import_module("polars")  # only here, and only where they are installed

    frames = []
    for name in FILES[:2]:
        text = (folder / name).read_bytes().decode("gb18030").encode()
        frames.append(
            pl.read_csv(
                text,
                separator="|",
                has_header=False,
                new_columns=list(_COLUMNS),
                skip_rows=1,
                infer_schema=False,
                truncate_ragged_lines=True,
                quote_char=None,
            )
            .filter(pl.col("record") == "D")
            .select([*_KEY, *_VALUES])
        )
    compared = peer.PolarsCompare(*frames, join_columns=_KEY)
    return {"breaks": compared.all_mismatch().height + compared.df1_unq_rows.height + compared.df2_unq_rows.height}


def pandas(folder: Path) -> Mapping[str, Any]:
    """A merge by pandas, and a comparison of the columns."""
    pd = import_module("pandas")  # as above

    frames = []
    for name in FILES[:2]:
        frame = pd.read_csv(
            folder / name,
            sep="|",
            encoding="gb18030",
            names=list(_COLUMNS),
            skiprows=1,
            dtype=str,
            quoting=csv.QUOTE_NONE,
        )
        frames.append(frame.loc[frame["record"] == "D", [*_KEY, *_VALUES]])
    merged = frames[0].merge(frames[1], on=_KEY, how="outer", suffixes=("", "_there"), indicator=True)
    differing = merged["_merge"] != "both"
    for column in _VALUES:
        differing |= merged[column].fillna("") != merged[f"{column}_there"].fillna("")
    return {"breaks": int(differing.sum())}


def _rows_only(block: bytes) -> bytes:
    foot = block.rfind(b"\nT|")
    return block if foot < 0 else block[: foot + 1]


def _pending(folder: Path) -> Path:
    """The rows of our own ledger that wait for a refund, as the ledger's export has them."""
    file = folder / "pending.parquet"
    file.unlink(missing_ok=True)
    with (folder / "pending.csv").open(newline="") as given:
        write_rows((_pending_row(number, *row) for number, row in enumerate(csv.reader(given), start=1)), file)
    return file


def _pending_row(line: int, *said: str) -> tuple[object, ...]:
    key, voucher, trace, person, region, fund, fen = said
    months = (2025 * 12 + 11, 2026 * 12)
    return (
        line,
        key,
        voucher,
        None,
        trace,
        None,
        person_blind(_BLIND, person),
        region,
        fund,
        *months,
        _DAY,
        False,
        int(fen),
        0,
        0,
        "refund_pending",
    )


def _strictly(source: Path, _into: Path) -> Path:
    raise SystemExit(f"{source.name} should have been read in bulk")


def _wrong(folder: Path, found: Matched) -> int:
    """How many breaks are not in the truth file with their class, or are there and were not found."""
    with (folder / "truth.csv").open(newline="") as truth:
        wanted = Counter((key, kind) for key, kind in csv.reader(truth))
    told = Counter((each.group, each.break_class.value) for each in found.breaks())
    return sum(((wanted - told) + (told - wanted)).values())


CONTENDERS: Mapping[str, Callable[[Path], Mapping[str, Any]]] = {
    "engine": engine,
    "engine-small": lambda folder: engine(folder, _SMALL),
    "floor": floor,
    "datacompy": datacompy,
    "pandas": pandas,
}


if __name__ == "__main__":
    began, spent = time.monotonic(), time.process_time()
    seen = CONTENDERS[sys.argv[1]](Path(sys.argv[2]))
    took = {"seconds": time.monotonic() - began, "processor": time.process_time() - spent}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**took, "memory": memory, **seen}))
