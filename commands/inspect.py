"""Commands that look and change nothing: the settings, the mappings."""

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from commands.output import as_json_option, show, show_one
from gateway import settings as settings_of
from gateway.mapping.check import check as check_tables
from gateway.mapping.party_files import party_file
from gateway.mapping.rulebook import load_law
from gateway.mapping.statement_layout import layouts
from gateway.mapping.statement_samples import check_samples

_Parties = Callable[[Path, str | None], Mapping[str, str]]


@click.command("settings")
@click.option("--documented", is_flag=True, help="Show every setting with its default and purpose instead.")
@as_json_option
def settings(documented: bool, as_json: bool) -> None:
    """Print the settings of this machine, secrets masked."""
    if documented:
        rows = [{"name": n, "default": d, "purpose": p} for n, (d, p) in settings_of.documented().items()]
        show(rows, as_json=as_json)
    else:
        show_one(settings_of.masked(settings_of.read()), as_json=as_json)


def check(mappings: Path, parties: _Parties, matrix: Callable[[Path], str]) -> click.Command:
    """The command `check`, for the mappings at `mappings`.

    `parties`: what each party.yaml says, in a line, by id; `matrix`: the page of which party carries what.
    """

    @click.command("check")
    @click.argument("party", required=False)
    @click.option("--coverage", is_flag=True, help="Print where each canonical field and code goes, per message.")
    @click.option(
        "--matrix", "as_page", is_flag=True, help="Print docs/protocols/matrix.md: who carries what, how known."
    )
    @click.option(
        "--mappings",
        "at",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        default=mappings,
        show_default="mappings/ of this project",
        help="The folder of parties and dialects to check.",
    )
    def command(party: str | None, at: Path, *, coverage: bool, as_page: bool) -> None:
        """Verify rules, routing, parties, statements, dialect tables (all without PARTY); exit code 1 where wrong."""
        _check_folder(at)
        if as_page:
            click.echo(matrix(at), nl=False)
            return
        for rules in (None, at / "demo-rules"):
            law = load_law(at, rules)
            click.echo(f"rules {rules.name if rules else 'as shipped'}: fingerprint {law.fingerprint[:16]}")
        for line in parties(at, party).values():
            click.echo(line)
        _check_statements(at, party)
        report = check_tables(at, party)
        click.echo(report.text() if coverage or not report.ok else report.text().splitlines()[-1])
        if not report.ok:
            raise SystemExit(1)

    return command


def _check_folder(at: Path) -> None:
    if not (at / "regions.yaml").is_file():
        raise click.BadParameter(f"{at} holds no regions.yaml, so it is no mappings folder", param_hint="--mappings")


def _check_statements(at: Path, party: str | None) -> None:
    """Say how each party's statements are laid out; exit code 1 where a sample beside it is not read."""
    folder = party_file(at, party).path.parent.relative_to(at) if party else "*/*"
    lines, faults = check_samples(layouts(at, str(folder)))
    for line in (*lines, *faults):
        click.echo(line)
    if faults:
        raise SystemExit(1)
