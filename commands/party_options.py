"""What the commands about new parties and dialects share: where the mappings lie, and who speaks what."""

from dataclasses import dataclass
from pathlib import Path

import click

from gateway.mapping.dialect_encoding import encoding_of
from gateway.mapping.dialect_loader import load
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.party_files import party_file
from gateway.mapping.tables import Differences
from gateway.mapping.tables_files import folders

MAPPINGS = Path(__file__).resolve().parents[1] / "mappings"
STAND_IN = "not-a-secret"
"""What stands where a secret would, in samples and in documents that are written to be looked at."""


def _checked(_context: click.Context, _option: click.Parameter, given: Path) -> Path:
    if not (given / "dialects").is_dir():
        raise click.BadParameter(f"{given} holds no dialects/, so it is no folder of parties and dialects")
    return given


mappings_option = click.option(
    "--mappings",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=MAPPINGS,
    show_default="mappings/ of this project",
    callback=_checked,
    help="The folder of parties and dialects to work in.",
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One party and its dialect of tables. `user`: how the party knows us; `file`: its party.yaml."""

    party: str
    user: str
    dialect: TableDialect
    file: Path

    @property
    def syntax(self) -> str:
        """The syntax of its documents."""
        return self.dialect.tables.folder.dialect.syntax


def spoken_of(mappings: Path, name: str, folder: Path | None = None, secret: str = STAND_IN) -> Spoken:
    """The party `name` under `mappings` with its dialect, or with that in `folder`.

    GatewayError: `not_found` where there is no such party, `unsupported` where its dialect is not one of tables,
    `data_invalid` naming file and line.
    """
    read = party_file(mappings, name)
    data = read.data
    language = data.get("dialect", {})
    at = mappings / "dialects" / str(language.get("name")) / str(language.get("version"))
    if folder is None and at not in set(folders(mappings)):
        dialect = f"{language.get('name')} {language.get('version')}"
        reason = f"the dialect {dialect} of {name} is not made of tables, so no line of a table can be shown"
        raise read.invalid(reason, "dialect")
    differences = read.convert(data.get("differences", {}), Differences, "differences")
    encoding = encoding_of(str(data.get("encoding", "")), read)
    dialect_made = load(folder or at, secret=lambda _reference: secret).of_party(differences, read, encoding)
    return Spoken(name, str(data.get("user", "gateway")), dialect_made, read.path)
