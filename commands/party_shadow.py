"""`party shadow`: recorded traffic through a new table or version, beside the present one; nothing is changed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from commands.output import as_json_option, show
from commands.party_options import Spoken, mappings_option, spoken_of
from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.samples import INDEX, PATH, document_of, read_samples
from gateway.mapping.shadow import Recorded, Shadow
from gateway.ports import Document
from gateway.services.runtime import Runtime
from gateway.store.journal_traffic import Kept, traffic

Opened = Callable[[], Runtime]
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_EXAMPLES = (
    "\b\n"
    "app.py party shadow hunan --journal 2026-11-01 --candidate ~/next/dialects/molss/1.0\n"
    "app.py party shadow hunan --traffic recorded/ --version 1.1\n"
)
"""Shown below the help; the first character keeps the lines as they are."""


@click.command("shadow", epilog=_EXAMPLES)
@click.argument("name")
@click.option(
    "--traffic",
    "folder",
    type=_FOLDER,
    help="Recorded documents: NAME.request.xml with NAME.reply.xml, or an index.yaml.",
)
@click.option(
    "--journal", "since", default="", metavar="FROM", help="Take them from the journal, from a day or instant on."
)
@click.option("--candidate", type=_FOLDER, help="The folder of the new table: .../dialects/NAME/VERSION.")
@click.option("--version", default="", help="Another version of the same dialect instead.")
@mappings_option
@as_json_option
@click.pass_obj
def party_shadow(opened: Opened, /, name: str, *, as_json: bool, **options: Any) -> None:
    """Read recorded traffic of party NAME with its present dialect and with another, and list every difference.

    Nothing is changed and nothing is sent. Of each difference: the document, the field, what is read now, what would be
    read then, and the line of the new table. Personal values are not shown. Exit code 1 where there is a
    difference, or where neither dialect finds a message in any document.
    """
    wish = _Wish(**options)
    if (wish.folder is None) == (not wish.since) or (wish.candidate is None) == (not wish.version):
        raise click.UsageError("give --traffic or --journal, and --candidate or --version")
    now, other = wish.spoken(name)
    then = spoken_of(wish.mappings, name, other)
    shadow = Shadow(now.dialect, then.dialect, other.resolve().parents[2])
    recorded = list(
        _of_folder(wish.folder) if wish.folder is not None else _of_journal(opened(), now, _instant(wish.since))
    )
    found = [each for one in recorded for each in shadow.differences(one)]
    neither = sum(shadow.unreadable(one) for one in recorded)
    # Where nothing was read by either, that they do not differ proves nothing.
    compared = neither < len(recorded)
    show(
        [asdict(each) for each in found], as_json=as_json, empty="no difference" if compared else "nothing was compared"
    )
    if not as_json:
        read = f"{len(recorded)} document(s), {neither} in which neither finds a message"
        click.echo(f"{read}, {len(found)} difference(s); nothing was changed")
    if found or not compared:
        raise SystemExit(1)


@dataclass(frozen=True, slots=True)
class _Wish:
    """The options, by their names on the command line; `folder`: --traffic, `since`: --journal."""

    folder: Path | None
    since: str
    candidate: Path | None
    version: str
    mappings: Path

    def spoken(self, name: str) -> tuple[Spoken, Path]:
        """The party as it is, and the folder of the dialect to compare with."""
        now = spoken_of(self.mappings, name)
        at = now.dialect.tables.folder.path.parent / self.version if self.candidate is None else self.candidate
        if not (at / "dialect.yaml").exists():
            reason = "there is no such dialect"
            raise GatewayError("data_invalid", file=str(at / "dialect.yaml"), line="1", reason=reason)
        return now, at


def _of_folder(folder: Path) -> Iterator[Recorded]:
    if (folder / INDEX).exists():
        samples = read_samples(folder)
        for entry in samples.index.samples:
            asked = samples.named(entry.about) if entry.about else None
            about = None if asked is None else samples.document(asked)
            yield Recorded(entry.file, samples.document(entry), about)
        return
    for path in sorted(folder.glob("*.re*.*")):
        name, direction = path.name.split(".")[0], path.suffixes[-2] if len(path.suffixes) > 1 else ""
        asked_at = sorted(folder.glob(f"{name}.request.*")) if direction == ".reply" else []
        if direction == ".request" or asked_at:
            yield Recorded(path.name, document_of(path), document_of(asked_at[0]) if asked_at else None)


def _of_journal(runtime: Runtime, spoken: Spoken, since: datetime) -> Iterator[Recorded]:
    kept = traffic(runtime.store.engine, runtime.store.keyring, spoken.party, since)
    return paired(kept, lambda message: _path(spoken.dialect, message))


def _path(dialect: TableDialect, message: str) -> str:
    """What follows the address in a call: the journal keeps bodies, and the table says the rest."""
    tables = dialect.tables
    side = tables.requests.get((message, "")) or tables.questions.get(message, (None,))[0]
    return str(side.block.tells.get("call.path", "")) if side is not None else ""


def paired(kept: Iterable[Kept], path: Callable[[str], str]) -> Iterator[Recorded]:
    """Requests, and the documents that came the other way under the same leg or question as their answers."""
    waiting: dict[str, tuple[str, Document]] = {}
    for each in kept:
        after = path(each.message)
        document = Document(each.body, each.media_type, {PATH: after} if after else {})
        direction, asked = waiting.get(each.about, ("", None))
        if asked is not None and direction != each.direction:
            del waiting[each.about]
            yield Recorded(f"{each.record} {each.message}", document, asked)
        else:
            waiting[each.about] = each.direction, document
            yield Recorded(f"{each.record} {each.message}", document)


def _instant(text: str) -> datetime:
    try:
        found = (
            datetime.fromisoformat(text)
            if "T" in text
            else datetime.combine(date.fromisoformat(text), datetime.min.time())
        )
    except ValueError:
        raise click.BadParameter(f"{text} is no day or instant, such as 2026-11-01", param_hint="--journal") from None
    return (found if found.tzinfo is not None else found.replace(tzinfo=BEIJING)).astimezone(UTC)
