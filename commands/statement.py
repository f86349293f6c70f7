"""`statement`: check a day-end file as the gateway would, make one, see what is due."""

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import click

from commands.output import as_json_option, show, show_one
from commands.party_options import mappings_option
from gateway.errors import GatewayError
from gateway.mapping.canonical_json import reader
from gateway.mapping.converters import BEIJING
from gateway.mapping.statement_faults import Faults
from gateway.mapping.statement_forms import HEAD
from gateway.mapping.statement_layout import Layout, key_of, layout_of, layouts
from gateway.mapping.statement_lines import Line
from gateway.mapping.statement_reader import LISTED, Terms, check_statement
from gateway.mapping.statement_record import check_start
from gateway.mapping.statement_values import shown
from gateway.mapping.statement_writer import write_statement
from gateway.model.statement import CheckedStatement, StatementHead, StatementRow
from gateway.model.values import parse_date

_CHUNK = 1 << 18
_LARGE = 16 << 20
_SNIFFED = 4096
_SHOWN = 16
_FEET = {"statement_count": "count", "statement_total": "total"}
"""Faults of a foot, and the column that they are about."""
_CHECK_EXAMPLES = (
    "\b\n"
    "app.py statement check 20260120-01.txt\n"
    "app.py statement check 20260120-01.txt --party tax-hunan --key-file hunan.key\n"
    "app.py statement check 20260120-01.txt --json | jq '.faults[0]'\n"
)
"""Shown below the help; the first character keeps the lines as they are."""
_MAKE_EXAMPLES = "\b\napp.py statement make rows.ndjson --party tax-hunan --day 2026-01-20 > 20260120-01.txt\n"

Settings = Callable[[], Mapping[str, str]]
key_option = click.option(
    "--key-file",
    type=click.File("rb"),
    help="File with the key of the signature, instead of PARTY_<ID>_STATEMENT_SECRET.",
)


def statement_commands(settings: Settings, now: Callable[[], datetime]) -> tuple[click.Command, ...]:
    """The commands that need no database. `settings`: PARTY_... as they are set."""
    return _check(settings, now), _make(settings, now)


def _check(settings: Settings, now: Callable[[], datetime]) -> click.Command:
    @click.command("check", epilog=_CHECK_EXAMPLES)
    @click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
    @click.option("--party", default="", help="Whose statement it is; else the file's head says it.")
    @click.option("--faults", "listed", default=LISTED, show_default=True, help="How many faults to list.")
    @key_option
    @mappings_option
    @as_json_option
    def check(
        file: Path, *, party: str, listed: int, key_file: IO[bytes] | None, mappings: Path, as_json: bool
    ) -> None:
        """Read a day-end statement as strictly as the gateway does; exit code 1 where something is wrong with it.

        Prints party, day, part, count and total, or every fault with its line (from 1) and its byte (from 0, from the
        beginning of the file), what was expected there and what was found; values themselves are never printed. A file
        with a fault is refused whole. The formats, with an example of each: docs/protocols/statements.md.
        """
        layout = layout_of(mappings, party or _party_in(file, mappings))
        terms = Terms(now().astimezone(BEIJING).date(), _key(layout, settings(), key_file), max(listed, 1))
        checked = check_statement(_chunks(file, quiet=as_json), layout, terms)
        _report(checked, layout, as_json=as_json)
        if not checked.ok:
            raise SystemExit(1)

    return check


def _make(settings: Settings, now: Callable[[], datetime]) -> click.Command:
    @click.command("make", epilog=_MAKE_EXAMPLES)
    @click.argument("rows", type=click.File("rb"))
    @click.option("--party", required=True, help="Whose statement it is to be.")
    @click.option("--day", required=True, help="Day that it is about, YYYY-MM-DD.")
    @click.option("--part", default=1, show_default=True, help="Number of the part.")
    @click.option("--parts", default=1, show_default=True, help="How many parts the day has.")
    @click.option("--sequence", default=1, show_default=True, help="2 and higher for a file that supersedes.")
    @key_option
    @mappings_option
    def make(rows: IO[bytes], *, party: str, key_file: IO[bytes] | None, mappings: Path, **head: Any) -> None:
        """Write a day-end statement on standard output, from rows of NDJSON, as the party lays it out and signs it.

        For those who are to produce statements: what it writes is what `statement check` takes, and nothing is written
        where that would refuse it. A row is a JSON object
        with the field names of docs/protocols/statements.md.
        """
        layout = layout_of(mappings, party)
        made = StatementHead(1, party, _day(head["day"]), head["part"], head["parts"], head["sequence"])
        # As a whole or not at all: what goes to a file must not be the beginning of a statement.
        key = _key(layout, settings(), key_file)
        given = rows if rows.seekable() else BytesIO(rows.read())
        terms = Terms(now().astimezone(BEIJING).date(), key, 1)
        _takes(check_statement(write_statement(made, _rows(given), layout, key), layout, terms))
        given.seek(0)
        sys.stdout.buffer.writelines(write_statement(made, _rows(given), layout, key))

    return make


def _chunks(file: Path, *, quiet: bool) -> Iterator[bytes]:
    """The bytes of a file; a large one shows on standard error how far it is."""
    size = file.stat().st_size
    hidden = quiet or size < _LARGE
    with (
        file.open("rb") as opened,
        click.progressbar(length=size, label="checking", file=sys.stderr, hidden=hidden) as bar,
    ):
        while chunk := opened.read(_CHUNK):
            yield chunk
            bar.update(len(chunk))


def _party_in(file: Path, mappings: Path) -> str:
    """The party that the head names: the one layout whose head can be read from the first lines says it."""
    with file.open("rb") as opened:
        start = opened.read(_SNIFFED)
    for party, layout in layouts(mappings).items():
        if any(_named(line, layout) == party for line in start.split(b"\n")[:3]):
            return party
    expected = "the head of a party's statement (name the party with --party to have every fault told)"
    raise GatewayError("statement_structure", line="1", byte="0", expected=expected, found=_begins(start))


def _begins(start: bytes) -> str:
    """What a file begins with whose party cannot be told."""
    faults = Faults(1)
    check_start(Line(1, 0, start), faults)
    if faults.listed:
        return faults.listed[0].found
    return f"a line that begins with {shown(start[:_SHOWN].decode('gb18030', 'replace'))}" if start else "an empty file"


def _named(line: bytes, layout: Layout) -> str:
    text = line.removesuffix(b"\r").decode(layout.encoding, "replace")
    if layout.sign == "line":
        text = text.partition("<CA>")[0].removesuffix(layout.form.glue)
    try:
        return layout.form.cells(HEAD, text)["party"] if layout.form.kind(text) == HEAD else ""
    except ValueError:
        return ""


def _key(layout: Layout, settings: Mapping[str, str], key_file: IO[bytes] | None) -> bytes:
    return key_file.read().strip() if key_file else key_of(layout, settings)


def _rows(file: IO[bytes]) -> Iterator[StatementRow]:
    read = reader(StatementRow)
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                yield read(line)
            except GatewayError as error:
                told = "; ".join(f"{fault.pointer} {fault.text('en')}" for fault in error.faults) or str(error)
                raise click.BadParameter(f"line {number}: {told}", param_hint="ROWS") from None


def _takes(checked: CheckedStatement) -> None:
    """Refuse rows of which no statement can be made that is taken in."""
    for fault in checked.faults:
        raise click.BadParameter(f"the statement would be refused: {fault.text('en')}", param_hint="ROWS")


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--day") from None


def _of_foot(fault: dict[str, Any]) -> dict[str, Any]:
    """A fault of the foot with what says which: the foot itself, and the rows."""
    if fault["code"] not in _FEET:
        return fault
    said = {"expected": f"{fault['expected']} as the foot says", "found": f"{fault['found']} in the rows"}
    return {**fault, "field": _FEET[fault["code"]], **said}


def _report(checked: CheckedStatement, layout: Layout, *, as_json: bool) -> None:
    head = checked.head
    said: dict[str, Any] = {"ok": checked.ok, "party": layout.party, "layout": layout.name}
    if head is not None:
        said |= {"day": str(head.day), "part": f"{head.part} of {head.parts}", "sequence": head.sequence}
    said |= {"count": checked.count, "total": str(checked.total), "bytes": checked.size, "sha256": checked.sha256}
    rows = [
        {
            "line": fault.line,
            "byte": fault.byte,
            "field": fault.field,
            "expected": fault.expected,
            "found": fault.found,
            "side": fault.side,
            "code": fault.code,
        }
        for fault in checked.faults
    ]
    if as_json:
        show_one({**said, "faults": rows, "more": checked.more}, as_json=True)
        return
    show_one(said, as_json=False)
    if rows:
        rows = [_of_foot(each) for each in rows]
        click.echo(f"\n{len(rows)} fault(s){', and there may be more' if checked.more else ''}:")
        show(rows, as_json=False)
