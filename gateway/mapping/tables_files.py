"""Reading a dialect's folder: every value with the file and line where it stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import GatewayError
from gateway.mapping import rulefile
from gateway.mapping.tables import Block, CodeFile, DialectFile, Line, TableFile

Step = str | int


@dataclass(frozen=True, slots=True)
class Placed:
    """A line, and where it stands."""

    line: Line
    file: rulefile.RuleFile
    steps: tuple[Step, ...]

    def invalid(self, reason: str) -> GatewayError:
        """The error that names this line."""
        return self.file.invalid(reason, *self.steps)


@dataclass(frozen=True, slots=True)
class Located:
    """A table, and its file."""

    table: TableFile
    file: rulefile.RuleFile

    @property
    def name(self) -> str:
        """The message or question, with its variant."""
        name = self.table.message or self.table.question
        return f"{name} ({self.table.variant})" if self.table.variant else name


@dataclass(frozen=True, slots=True)
class Folder:
    """Everything in the folder of one version of a dialect."""

    path: Path
    dialect: DialectFile
    file: rulefile.RuleFile
    codes: Mapping[str, CodeFile]
    codes_file: rulefile.RuleFile
    tables: tuple[Located, ...]

    def head(self, direction: str) -> list[Placed]:
        """The lines of every document in one direction."""
        lines = (self.dialect.request if direction == "request" else self.dialect.reply).lines
        return list(self.placed(lines, self.file, (direction, "lines")))

    def of_block(self, located: Located, direction: str, part: str) -> list[Placed]:
        """The lines of one part of a block, groups unfolded."""
        block: Block = getattr(located.table, direction)
        return list(self.placed(getattr(block, part), located.file, (direction, part)))

    def placed(
        self, lines: Sequence[Line], file: rulefile.RuleFile, steps: tuple[Step, ...], inside: tuple[str, ...] = ()
    ) -> Iterator[Placed]:
        """The lines with their places; GatewayError `data_invalid` for a group that is not there or holds itself."""
        for index, line in enumerate(lines):
            at = Placed(line, file, (*steps, index))
            if not line.use:
                yield at
            elif line.use not in self.dialect.groups or line.use in inside:
                raise at.invalid(f"there is no group {line.use}, or it holds itself")
            else:
                group = self.dialect.groups[line.use]
                yield from self.placed(group, self.file, ("groups", line.use), (*inside, line.use))


def folders(mappings: Path) -> Iterator[Path]:
    """The folders of dialects that are tables: `dialects/<name>/<version>/` with a `dialect.yaml`."""
    return (path.parent for path in sorted(mappings.glob("dialects/*/*/dialect.yaml")))


def read_folder(path: Path) -> Folder:
    """The folder at `path`; GatewayError `data_invalid` naming file and line."""
    file = rulefile.read(path / "dialect.yaml")
    dialect = file.convert(file.data, DialectFile)
    if (dialect.dialect, dialect.version) != (path.parent.name, path.name):
        wrong = "version" if dialect.dialect == path.parent.name else "dialect"
        raise file.invalid(f"the folder says {path.parent.name} {path.name}", wrong)
    codes_file = rulefile.read(path / "codes.yaml")
    codes = codes_file.convert(codes_file.data, dict[str, CodeFile])
    tables = tuple(_table(item) for item in sorted((path / "messages").glob("*.yaml")))
    return Folder(path, dialect, file, codes, codes_file, tables)


def _table(path: Path) -> Located:
    file = rulefile.read(path)
    table = file.convert(file.data, TableFile)
    if bool(table.message) == bool(table.question):
        raise file.invalid("a table is of a message or of a question")
    return Located(table, file)
