"""Steps that a run has finished, with the digests of the files each left; rows of statements as files, likewise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from gateway.model.reconciliation import Sum
from gateway.model.run_progress import RunStep
from gateway.store.prepared import Prepared
from gateway.store.rows import values
from gateway.store.tables_reconciliation import run_steps, statement_partitions
from gateway.store.work import Tx


@dataclass(kw_only=True, slots=True)
class StepRow:
    """A step. `rows`: how many it made, or is through with; `files`: a line `sha256  name` each."""

    run: str
    step: str
    rows: int
    files: str
    at: datetime


@dataclass(kw_only=True, slots=True)
class PartitionRow:
    """The rows of a statement that are of one book, as a file; amounts in fen."""

    statement: str
    book: str
    count: int
    fen: int
    sha256: str
    created_at: datetime


_OF_RUN = Prepared(select(run_steps).where(run_steps.c.run == bindparam("run")).order_by(run_steps.c.at))
_PARTITION = Prepared(
    select(statement_partitions).where(
        (statement_partitions.c.statement == bindparam("statement"))
        & (statement_partitions.c.book == bindparam("book"))
    )
)


def of_run(tx: Tx, run: str) -> dict[RunStep, StepRow]:
    """The steps that a run is through with, or in."""
    return {RunStep(row.step): row for row in tx.all(_OF_RUN, StepRow, run=run)}


def reach(tx: Tx, run: str, step: RunStep, rows: int, files: Mapping[str, str] | None = None) -> StepRow:
    """Write down how far a step is, or that it left these files (name -> SHA-256); the step as it stands."""
    listed = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted((files or {}).items()))
    row = StepRow(run=run, step=step.value, rows=rows, files=listed, at=tx.now)
    if not tx.insert_new(run_steps, values(row)):
        tx.change(run_steps, {"rows": rows, "files": listed, "at": tx.now}, run=run, step=step.value)
    return row


def digests(row: StepRow) -> dict[str, str]:
    """The files that a step left: name -> SHA-256."""
    found = (line.split("  ", 1) for line in row.files.splitlines())
    return {name: sha256 for sha256, name in found}


def statement_partition(tx: Tx, statement: str, book: str) -> PartitionRow | None:
    """What stands of the file with a statement's rows of one book."""
    return tx.first(_PARTITION, PartitionRow, statement=statement, book=book)


def keep_statement_partition(tx: Tx, statement: str, book: str, total: Sum, sha256: str) -> None:
    """Write down what the file with a statement's rows of one book is now."""
    what = {"count": total.count, "fen": total.fen, "sha256": sha256, "created_at": tx.now}
    if not tx.insert_new(statement_partitions, {"statement": statement, "book": book, **what}):
        tx.change(statement_partitions, what, statement=statement, book=book)
