"""`party try`: one document in both directions, field by field, with the rule behind each."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from commands.output import as_json_option, show
from commands.party_options import mappings_option, spoken_of
from gateway.errors import GatewayError
from gateway.mapping.contract_versions import VERSIONS
from gateway.mapping.party_files import party_file
from gateway.mapping.samples import INDEX, document_of, read_samples
from gateway.mapping.tryout import Line, Tried, Tryout
from gateway.mapping.tryout_contract import ContractTryout
from gateway.model.messages import EXCHANGES
from gateway.ports import Document

_EXAMPLES = (
    "\b\napp.py party try jiangsu FindWorker mappings/dialects/jiangsu-json/1.0/samples/find-worker.known.reply.json\n"
)
"""Shown below the help; the first character keeps the lines as they are."""


@click.command("try", epilog=_EXAMPLES)
@click.argument("name")
@click.argument("message", type=click.Choice(sorted(EXCHANGES)), metavar="MESSAGE")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--about",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The request that FILE answers, as a document of theirs. For a listed sample its index says it.",
)
@click.option("--path", "after", default="", help="What follows the party's address in the call, where that counts.")
@mappings_option
@as_json_option
def party_try(  # noqa: PLR0913 - every option of the command line is an argument
    name: str, *, message: str, file: Path, about: Path | None, after: str, mappings: Path, as_json: bool
) -> None:
    """Show one document of party NAME in both directions, field by field, with the rule that carried each.

    FILE is a MESSAGE of ours as JSON (as in the REST interface), or a document of theirs: a request, or with --about a
    reply. Nothing is sent. Exit code 1 where the document cannot be read or written; what can be followed is shown.
    """
    given, asked = _documents(file, about, after)
    tried = _tried(*_tryout(mappings, name), message, (given, asked))
    _show(tried, as_json=as_json)
    if tried.fault:
        raise SystemExit(1)


def _tryout(mappings: Path, name: str) -> tuple[Tryout | ContractTryout, str]:
    """What tries documents of a party, and the syntax of its documents."""
    now = datetime.now(UTC).replace(microsecond=0)
    data = party_file(mappings, name).data
    language = data.get("dialect", {})
    if language.get("name") == "gateway" and language.get("version") in VERSIONS:
        party = name, str(data.get("user", "gateway"))
        return ContractTryout(language["version"], mappings, party, now), "gateway"
    spoken = spoken_of(mappings, name)
    return Tryout(spoken.dialect, mappings, (spoken.party, spoken.user), now), spoken.syntax


def _tried(
    tryout: Tryout | ContractTryout, syntax: str, message: str, documents: tuple[Document, Document | None]
) -> Tried:
    """A JSON object is ours where it is a whole message of ours; anything else is theirs."""
    given, asked = documents
    if asked is None and given.body.lstrip()[:1] == b"{":
        try:
            return tryout.canonical(message, given.body)
        except GatewayError:
            if syntax not in ("json", "piped"):
                raise
    return tryout.theirs(message, given, asked)


def _documents(file: Path, about: Path | None, after: str) -> tuple[Document, Document | None]:
    """The document, and the one it answers; an index beside the file says what the options do not."""
    if about is None and (file.parent / INDEX).exists():
        samples = read_samples(file.parent)
        entry = samples.named(file.name)
        asked = samples.named(entry.about) if entry is not None and entry.about else None
        if entry is not None:
            return samples.document(entry), None if asked is None else samples.document(asked)
    return document_of(file, after), None if about is None else document_of(about, after)


def _show(tried: Tried, *, as_json: bool) -> None:
    if as_json:
        rows = [_row(line) for line in tried.lines]
        said = {"direction": tried.direction, "fields": rows, "message": tried.message}
        more = {"notes": list(tried.notes), "fault": tried.fault}
        click.echo(json.dumps({**said, **more}, ensure_ascii=False, indent=1))
        return
    click.echo(tried.direction)
    show([_row(line) for line in tried.lines], as_json=False, empty="no line of the table can be followed in it")
    for note in tried.notes:
        click.echo(f"note: {note}")
    click.echo(f"FAULT {tried.fault}" if tried.fault else _sum(tried.lines))


def _row(line: Line) -> dict[str, str]:
    told = {"there": line.there, "says": line.said, "here": line.here, "means": line.meant}
    return {**told, "written": "the same" if line.same else line.written, "rule": line.rule}


def _sum(lines: Sequence[Line]) -> str:
    differing = sum(not line.same for line in lines)
    return f"{len(lines)} line(s), {differing} written otherwise than read"
