"""What the tables know of a column already: systems of one trade share their names (LB 101, AAC002 and on)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import GatewayError
from gateway.mapping.converters_json import JSON_CONVERTERS
from gateway.mapping.tables import CodeFile, Line
from gateway.mapping.tables_files import Folder, Placed, folders, read_folder

_NUMBER = "_number"


@dataclass(frozen=True, slots=True)
class Known:
    """One line of a table about a column. `forms`: the converters of the dialect by kind; `at`: where it stands.

    `columns`: in lower case, those that carry the value together; `code`: its code list.
    """

    dialect: str
    message: str
    columns: tuple[str, ...]
    line: Line
    forms: Mapping[str, str]
    code: CodeFile | None
    at: str


def learned(mappings: Path) -> Mapping[str, Sequence[Known]]:
    """Every line about a column, by the column's name in lower case; a dialect that is not whole teaches nothing."""
    made: dict[str, list[Known]] = defaultdict(list)
    for path in folders(mappings):
        try:
            folder = read_folder(path)
        except GatewayError:
            continue
        for known in _of_folder(folder):
            for column in known.columns:
                made[column].append(known)
    return made


def form_of(known: Known, kind: str, *, numbers: bool) -> str:
    """The converter that a line names, or its dialect for the kind; that of texts where there are no numbers."""
    form = known.line.form or known.forms.get(kind, "")
    return form if numbers or form not in JSON_CONVERTERS else form.removesuffix(_NUMBER)


def _of_folder(folder: Folder) -> Iterator[Known]:
    for located in folder.tables:
        for direction in ("request", "reply"):
            if getattr(located.table, direction) is not None:
                for part in ("head", "lines"):
                    for placed in folder.of_block(located, direction, part):
                        yield from _of_line(folder, located.table.message, placed)


def _of_line(folder: Folder, message: str, placed: Placed) -> Iterator[Known]:
    line = placed.line
    if line.each:
        for inner in folder.placed(line.each, placed.file, (*placed.steps, "each")):
            yield from _of_line(folder, message, inner)
    elif line.columns[0] and not line.credential and line.only != "write":
        dialect = folder.dialect
        names = tuple(column.rpartition(".")[2].lower() for column in line.columns)
        at = f"{dialect.dialect} {placed.file.path.name}:{placed.file.line(*placed.steps)}"
        yield Known(dialect.dialect, message, names, line, dialect.forms, folder.codes.get(line.codes), at)
