"""Matches two sides: which rows agree, which are in transit, which are breaks of which class; nothing is left over."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gateway.batch.engine import SPILL, Limits, engine
from gateway.batch.engines import Relations, relations
from gateway.batch.matching_rows import COLUMNS, MONEY
from gateway.batch.matching_statements import duckdb_fingerprint, spark_fingerprint, statements
from gateway.batch.spill import Spill
from gateway.batch.sql import literal
from gateway.batch.unfinished import unfinished
from gateway.errors import GatewayError
from gateway.model.reconciliation import (
    BreakClass,
    BreakTable,
    Expected,
    FoundBreak,
    FoundRow,
    Pairing,
    Sum,
    Tally,
)

_READING = 256 << 20
# Of two fingerprints and two counts. A hundred million at once did not go into 2 GiB, though the engine spills.
_KEY_BYTES = 64
_PARTS = ("whole", "matched", "transit", "broken")
_LINE = ("side", "day", "region", "fund", "adjustment")
_TALLY = (*_LINE, *(f"{part}_{said}" for part in _PARTS for said in ("count", "fen")))
_BREAK = (
    'label AS "group", class, flags, here_n AS here_count, there_n AS there_count, here_fen, there_fen, '
    "region, fund, day"
)
_ROW = ", ".join(('label AS "group"', "side", "verdict", "expected_on", *COLUMNS))
_WRITTEN: Mapping[str, str] = {
    "tallies": f"SELECT {', '.join(_TALLY)} FROM tallies ORDER BY {', '.join(_LINE)}",
    "breaks": f"SELECT {_BREAK} FROM breaks ORDER BY label",
    "rows": f"SELECT {_ROW} FROM rows_judged WHERE verdict IN ('break', 'transit') ORDER BY label, side, key, line",
}


RESULT_FILES = tuple(f"{table}.parquet" for table in _WRITTEN)
"""What lies in the folder of a result."""


@dataclass(frozen=True, slots=True)
class MatchProgress:
    """How far a run is: steps done out of how many, and the name of the last one."""

    step: int
    of_steps: int
    name: str


@dataclass(frozen=True, slots=True)
class Matched:
    """Two sides that were matched, in the folder `path`: `tallies.parquet`, `breaks.parquet`, `rows.parquet`.

    `sums`: (side, part) -> sum, where the part is whole, matched, transit or broken; `breaks_of`: how many of each
    class; `spilled`: the most bytes that the engine had on disk meanwhile, all of them gone.
    """

    path: Path
    sums: Mapping[tuple[str, str], Sum]
    breaks_of: Mapping[BreakClass, int]
    spilled: int

    def tallies(self) -> Iterator[Tally]:
        """Every line of the totals, in order of side, day, region, fund and adjustment."""
        for row in self._read("tallies"):
            sums = [Sum(*row[at : at + 2]) for at in range(len(_LINE), len(row), 2)]
            yield Tally(*row[: len(_LINE)], *sums)

    def breaks(self) -> Iterator[FoundBreak]:
        """The breaks, in order of their groups."""
        for group, kind, flags, here_n, there_n, here_fen, there_fen, region, fund, day in self._read("breaks"):
            others = tuple(map(BreakClass, flags.split(",") if flags else ()))
            here, there = Sum(here_n, here_fen), Sum(there_n, there_fen)
            yield FoundBreak(group, BreakClass(kind), others, here, there, region, fund, day)

    def count(self) -> int:
        """How many breaks there are."""
        with engine(self.path, Limits(_READING, 1)) as running:
            file = literal(str(self.path / "breaks.parquet"))
            return int(next(running.rows(f"SELECT count(*) FROM read_parquet({file})"))[0])

    def rows(self, group: str | None = None) -> Iterator[FoundRow]:
        """The rows in breaks and in transit, of one group or of all in their order. One pass is cheap, many are not."""
        only = "" if group is None else f'WHERE "group" = {literal(group)}'
        for found, side, verdict, expected_on, *values in self._read("rows", only):
            yield FoundRow(found, side, verdict, expected_on, dict(zip(COLUMNS, values, strict=True)))

    def _read(self, table: str, only: str = "") -> Iterator[tuple[Any, ...]]:
        with engine(self.path, Limits(_READING, 1)) as running:
            file = literal(str(self.path / f"{table}.parquet"))
            yield from running.rows(f"SELECT * FROM read_parquet({file})", only)


def match(  # noqa: PLR0913 - the two sides, what they are held against, and the bounds of the run
    pairing: Pairing,
    here: Sequence[Path],
    there: Sequence[Path],
    into: Path,
    *,
    today: date,
    expected: Sequence[Expected] = (),
    table: BreakTable,
    limits: Limits | None = None,
    progress: Callable[[MatchProgress], None] = lambda _: None,
    url: str = "",
) -> Matched:
    """Match the Parquet files of two sides into the folder `into`, there only when all is done; it must not exist.

    `url`: the cluster to run on (BATCH_URL), empty for this process. Days are those of Beijing, money is in fen.
    GatewayError `matching_unexplained` where a line does not add up; FileExistsError; EngineError, for files with
    other columns too; ValueError for a compared column of no class. `progress` may stop the run by raising.
    """
    if into.exists():
        raise FileExistsError(f"{into} is there already: take another name or remove it")
    bounds, fingerprint = limits or Limits(), spark_fingerprint if url else duckdb_fingerprint
    with unfinished(into) as folder, Spill(folder / SPILL) as spill:
        with relations(url, folder, bounds) as running:
            for side, files in (("here", here), ("there", there)):
                running.source(side, _given(folder, side, files))
            passes = 1 if url else _passes(running, bounds)
            steps = statements(pairing, table, today, expected, fingerprint=fingerprint, passes=passes)
            for number, (step, query) in enumerate(steps, start=1):
                running.keep(step, query)
                progress(MatchProgress(number, len(steps), step))
            sums = _explained(running, pairing)
            classes = running.rows("SELECT class, count(*) FROM breaks GROUP BY class")
            made = [(folder / f"{table_name}.parquet", query) for table_name, query in _WRITTEN.items()]
            for file, query in made:
                running.write(query, file)
        _tidy(folder, [file for file, _ in made])
        folder.rename(into)
    return Matched(into, sums, {BreakClass(kind): count for kind, count in classes}, spill.most)


def _passes(running: Relations, limits: Limits) -> int:
    """In how many passes to look for the twin of each key, so that what a pass holds is what memory holds.

    An odd number: the engine itself divides by powers of two.
    """
    rows = sum(running.rows(f"SELECT count(*) FROM {side}")[0][0] for side in ("here", "there"))
    needed = rows // 2 * _KEY_BYTES
    return 1 if needed <= limits.memory else -(-needed // limits.memory) | 1


def _given(folder: Path, side: str, files: Sequence[Path]) -> Sequence[Path]:
    """The files of a side where the engine may read them: in the folder of the run. ValueError where there are none."""
    if not files:
        raise ValueError(f"the side {side} has no file; one without rows stands for nothing booked")
    shown = []
    for number, file in enumerate(files):
        link = folder / f"{side}-{number}.parquet"
        try:
            os.link(file, link)
        except OSError:  # it lies on another disk
            shutil.copyfile(file, link)
        shown.append(link)
    return shown


def _explained(running: Relations, pairing: Pairing) -> Mapping[tuple[str, str], Sum]:
    """What became of the rows of each side; GatewayError `matching_unexplained`."""
    if running.rows("SELECT count(*) FROM unsettled")[0][0]:
        raise _unexplained(pairing, "some groups of rows are chained too long to be told apart")
    parts = " + ".join
    wrong = " OR ".join(
        f"whole_{said} <> {parts(f'{part}_{said}' for part in _PARTS[1:])}" for said in ("count", "fen")
    )
    if lines := running.rows(f"SELECT count(*) FROM tallies WHERE {wrong}")[0][0]:
        raise _unexplained(pairing, f"in {lines} lines of the totals, matched, in transit and breaks are not the whole")
    _check_plain(running, pairing)
    columns = ", ".join(f"CAST(sum({part}_{said}) AS BIGINT)" for part in _PARTS for said in ("count", "fen"))
    found = {side: values for side, *values in running.rows(f"SELECT side, {columns} FROM tallies GROUP BY side")}
    nothing = [0] * (2 * len(_PARTS))
    return {
        (side, part): Sum(*found.get(side, nothing)[2 * at : 2 * at + 2])
        for side in ("here", "there")
        for at, part in enumerate(_PARTS)
    }


def _check_plain(running: Relations, pairing: Pairing) -> None:
    """Rows that agree one to one are as many on both sides, and where money is exact they come to the same."""
    plain = dict.fromkeys(("here", "there"), (0, 0))
    plain |= {side: (n, fen) for side, n, fen in running.rows(_PLAIN)}
    exact = set(MONEY) <= set(pairing.compared) and not any(each.column in MONEY for each in pairing.tolerances)
    (here_n, here_fen), (there_n, there_fen) = plain["here"], plain["there"]
    if here_n != there_n or (exact and here_fen != there_fen):
        raise _unexplained(pairing, "the rows that agree one to one do not come to the same on both sides")


_PLAIN = "SELECT side, CAST(sum(n) AS BIGINT), CAST(sum(fen) AS BIGINT) FROM plain_totals GROUP BY side"


def _unexplained(pairing: Pairing, reason: str) -> GatewayError:
    return GatewayError("matching_unexplained", pairing=pairing.id, reason=reason)


def _tidy(folder: Path, made: Sequence[Path]) -> None:
    """Leave nothing in the folder but what the run made."""
    for path in set(folder.iterdir()) - set(made):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
