"""One run of a column plan: what each part of the file adds to the folder."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from gateway.batch.engine import Engine
from gateway.batch.feed import Part
from gateway.batch.folding import Folds
from gateway.batch.query import Query
from gateway.batch.shown import shown
from gateway.batch.sql import literal, name, select
from gateway.model.column_plan import ColumnPlan

_BUFFER = 4 << 20  # small enough that both cores find work in one part
_WIDER = 16  # how much longer a line can be in what the engine reads: UTF-8, and what stands for a carriage return
_AT_ONCE = 10_000


class Run:
    """Reads part after part. `lines`, `errors`: how many so far."""

    def __init__(self, plan: ColumnPlan, engine: Engine, folder: Path, line_limit: int) -> None:
        self._plan = plan
        self._query = Query(plan)
        self._engine = engine
        self._folder = folder
        self._longest = line_limit * _WIDER
        self.lines = self.errors = 0
        (folder / "rows").mkdir()
        engine.run("CREATE TABLE errors (line BIGINT, byte BIGINT, told INTEGER)")
        engine.run("CREATE TABLE notes (line BIGINT, told INTEGER)")

    def take(self, part: Part) -> None:
        """Read one part."""
        self._split(part)
        folds = Folds(self._engine, self._query.folds)
        typed = self._query.typed(folds.joined, folds.of, part.marker)
        order = "ORDER BY r" if folds.any else ""
        self._engine.run("CREATE OR REPLACE TEMP TABLE typed AS SELECT * FROM", typed, order)
        self._keep_errors(part)
        line = f"r + {part.before + 1}"
        for number, (_, column) in enumerate(self._query.noted, start=1):
            noted = select({"line": line, "told": str(number)}, f"typed WHERE fault = 0 AND {column}")
            self._engine.run("INSERT INTO notes", noted)
        rows = select({"line": line, **{here: name(here) for here in self._query.outputs}}, "typed WHERE fault = 0")
        self._copy(rows, f"rows/part-{part.number:05d}.parquet")
        self.lines += part.lines

    def finish(self) -> int:
        """Write the tables of errors and notes; how many notes there are."""
        faults = [(fault.column, fault.code, fault.reason) for fault in self._query.faults]
        self._describe("errors", faults, {"line": "line", "byte": "byte", "code": "code", "reason": "reason"})
        self._describe("notes", [(place, "", "") for place, _ in self._query.noted], {"line": "line"})
        return int(next(self._engine.rows("SELECT count(*) FROM notes"))[0])

    def _split(self, part: Part) -> None:
        """The table `split`: how many columns each line has, and their texts; the view `cells` numbers the lines."""
        cell = "rtrim(c[{}], ' ')" if self._plan.widths else "c[{}]"
        columns = range(len(self._plan.columns))
        cells = {f"c{index}": cell.format(index + 2) for index in columns}  # before the first one stands nothing
        with shown(part.text, self._folder) as file:
            made = select({"n": "len(c) - 1", **cells}, self._lines(part, file))
            self._engine.run("CREATE OR REPLACE TEMP TABLE split AS SELECT * FROM", made)
        self._engine.run("CREATE OR REPLACE TEMP VIEW cells AS SELECT rowid AS r, * FROM split")

    def _lines(self, part: Part, file: str) -> str:
        """A part as a source of lists of texts.

        To the engine's own reader of files every line is one column, for that reader knows quotes, skips empty lines
        and repairs what it does not expect; what a column is, is decided here.
        """
        options = {
            "delim": literal(part.delimiter),
            "quote": "''",
            "escape": "''",
            "new_line": r"'\n'",
            "header": "FALSE",
            "auto_detect": "FALSE",
            "columns": "{'l': 'VARCHAR'}",
            "max_line_size": str(self._longest),
            "buffer_size": str(max(_BUFFER, 2 * self._longest)),
        }
        said = ", ".join(f"{option} = {value}" for option, value in options.items())
        line = f"replace(l, {literal(part.returns)}, chr(13))" if part.returns else "l"
        texts = f"string_split({line}, {literal(part.separator)})"
        return select({"c": texts}, f"read_csv({literal(file)}, {said})")

    def _keep_errors(self, part: Part) -> None:
        faulty = list(self._engine.rows("SELECT r, fault FROM typed WHERE fault > 0 ORDER BY r"))
        starts = part.starts([row for row, _ in faulty])
        for at in range(0, len(faulty), _AT_ONCE):
            some = faulty[at : at + _AT_ONCE]
            lines = [row + part.before + 1 for row, _ in some]
            values = (lines, list(islice(starts, len(some))), [fault for _, fault in some])
            self._engine.run("INSERT INTO errors SELECT unnest(?), unnest(?), unnest(?)", values=values)
        self.errors += len(faulty)

    def _describe(self, table: str, told: Sequence[tuple[str, str, str]], shown: dict[str, str]) -> None:
        """Write a table with what its numbers mean, which are counted from 1."""
        self._engine.run('CREATE TABLE words (number INTEGER, "column" VARCHAR, code VARCHAR, reason VARCHAR)')
        if told:
            values = [list(range(1, len(told) + 1)), *(list(words) for words in zip(*told, strict=True))]
            self._engine.run("INSERT INTO words SELECT unnest(?), unnest(?), unnest(?), unnest(?)", values=values)
        columns = {"column": name("column"), **shown}
        order = [column for column in ("line", "byte", "column", "code", "reason") if column in columns]
        joined = f"{table} JOIN words ON told = number ORDER BY line, number"
        self._copy(select({column: columns[column] for column in order}, joined), f"{table}.parquet")
        self._engine.run("DROP TABLE words")

    def _copy(self, query: str, file: str) -> None:
        self._engine.run("COPY", query, "TO", literal(str(self._folder / file)), "(FORMAT parquet)")
