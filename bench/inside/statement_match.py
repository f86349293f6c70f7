"""The whole path of statements against another side: bytes, signature, checks, typed rows, matching, breaks written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gateway.batch.engine import Limits
from gateway.batch.matching import Matched, match
from gateway.batch.statement import read_statement
from gateway.batch.statement_terms import StatementTerms
from gateway.model.reconciliation import Pairing
from gateway.model.statement_plan import StatementPlan

Strictly = Callable[[Path, Path], Path]
"""Reads a file strictly and writes its rows to the second path, or raises what tells its faults by line and byte."""


@dataclass(frozen=True, slots=True)
class StatementSide:
    """A side that is stated in files. `plan`: None where the layout has none; `rows`: rows that are Parquet already."""

    files: Sequence[Path]
    plan: StatementPlan | None
    terms: StatementTerms
    strictly: Strictly
    rows: Sequence[Path] = ()


def match_statements(
    pairing: Pairing,
    here: StatementSide,
    there: StatementSide,
    into: Path,
    *,
    limits: Limits | None = None,
    **terms: Any,
) -> Matched:
    """Read the files of both sides and match them into the folder `into`; `terms`: those of `match`, and its errors.

    What a file's strict reading raises ends the run; nothing of it is left.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{into.name}.", dir=into.parent) as folder:
        ours, theirs = (_rows(side, Path(folder) / name, limits) for name, side in (("here", here), ("there", there)))
        return match(pairing, ours, theirs, into, limits=limits, **terms)


def _rows(side: StatementSide, folder: Path, limits: Limits | None) -> Sequence[Path]:
    folder.mkdir()
    made = list(side.rows)
    for number, source in enumerate(side.files):
        into = folder / str(number)
        read = read_statement(side.plan, source, into, side.terms, limits=limits) if side.plan else None
        if read is None:
            made.append(side.strictly(source, folder / f"{number}.parquet"))
        else:
            made += [file for files in read.files.values() for file in files]
    return made
