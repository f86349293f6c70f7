"""Which layout the statements of a party have: `mappings/statements/<layout>.yaml`, named by its `statement.yaml`.

A layout lists the columns of head, rows and foot: by name (separated, CSV), with widths in bytes (fixed), or with
attribute names (XML). A party's file adds what is its own: how files are signed, its codes, when they are due.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from gateway.errors import GatewayError
from gateway.mapping import rulefile
from gateway.mapping.rulefile import RuleFile
from gateway.mapping.statement_forms import (
    FOOT,
    HEAD,
    ROW,
    CsvForm,
    FixedForm,
    LineForm,
    SeparatedForm,
    XmlForm,
)
from gateway.mapping.statement_signature import Sign
from gateway.mapping.statement_values import Value, value_of
from gateway.model.reconciliation import Book
from gateway.model.shape import shapes
from gateway.model.statement import StatementFoot, StatementHead, StatementRow
from gateway.model.values import Month

FILE = "statement.yaml"
RECORDS: Mapping[str, type] = {HEAD: StatementHead, ROW: StatementRow, FOOT: StatementFoot}
_KEYS = {HEAD: "head", ROW: "row", FOOT: "foot"}

_Columns = list[str] | dict[str, int | str]


class _Layout(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`mappings/statements/<layout>.yaml`. `longest`: bytes of a line; `values`: converters by field.

    `first_month`: nothing in a statement lies before it.
    """

    form: Literal["separated", "fixed", "csv", "xml"]
    encoding: Literal["gb18030", "utf-8"]
    head: _Columns
    row: _Columns
    foot: _Columns
    first_month: str
    separator: str = "|"
    longest: int = 4096
    values: dict[str, str] = {}


class Due(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """When the statement of a day has to be there. `after`: days after it; `hour`: in Beijing; `parts`: of a day.

    `days`: on which days collections are stated.
    """

    days: Literal["every", "working"]
    hour: int
    after: int = 1
    parts: int = 1


class Again(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How a missing part that comes by message is asked for: every `wait` seconds, until `days` after it was due.

    A package that is first heard of later than that is asked for as many days from then.
    """

    wait: int
    days: int


class Asked(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The party sends no files: it is asked for its totals and trades of each of the last `days` (总对账)."""

    days: int


class _Party(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`mappings/<family>/<name>/statement.yaml`. `codes`: field -> theirs -> ours.

    `side`: what the party writes down; `of`: the tax party whose money it is, where it is not its own. `regions`: of
    which it writes that down, by their leading digits, where the money of `of` belongs to others too. `id`, `names`: of
    a party that sends nothing but statements and has no `party.yaml`.
    """

    layout: str
    sign: Sign
    due: Due
    codes: dict[str, dict[str, str]] = {}
    side: Book = Book.RECEIPT
    of: str = ""
    again: Again | None = None
    asked: Asked | None = None
    regions: tuple[str, ...] = ()
    id: str = ""
    names: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Layout:
    """How the statements of one party are laid out. `values`: record -> field -> how its text is read and written.

    `first`: nothing in them lies before that month. `side`: which side of a reconciliation they are; `of`: the tax
    party whose money they are about, in `regions` (everywhere where none are named). `asked`: set where the party is
    asked for them. `folder`: where its `statement.yaml` lies; `names`: what people call the party, by language.
    """

    name: str
    party: str
    encoding: str
    longest: int
    sign: Sign
    form: LineForm
    values: Mapping[str, Mapping[str, Value]]
    due: Due
    first: Month
    again: Again | None = None
    side: Book = Book.RECEIPT
    of: str = ""
    asked: Asked | None = None
    regions: tuple[str, ...] = ()
    folder: Path = Path()
    names: Mapping[str, str] = field(default_factory=dict)


def layouts(mappings: Path, folder: str = "*/*") -> Mapping[str, Layout]:
    """The layout of every party that sends statements, by its id; GatewayError `data_invalid` naming file and line.

    `folder`: of one party alone, below `mappings`.
    """
    return dict(sorted((layout.party, layout) for layout in _found(mappings, folder)))


def layout_of(mappings: Path, party: str) -> Layout:
    """The layout of a party; GatewayError `not_found`, naming those that there are."""
    known = layouts(mappings)
    if party not in known:
        raise GatewayError("not_found", thing=f"party {party[:64]} with statements (there are {', '.join(known)})")
    return known[party]


def key_setting(party: str) -> str:
    """The name of the setting that holds the key of a party's statements."""
    return f"PARTY_{party.upper().replace('-', '_')}_STATEMENT_SECRET"


def key_of(layout: Layout, settings: Mapping[str, str]) -> bytes:
    """The key of a party's statements; GatewayError `setting_invalid` where they are signed and it is not set."""
    name = key_setting(layout.party)
    key = settings.get(name, "")
    if not key and layout.sign != "none":
        raise GatewayError("setting_invalid", name=name, reason="the statements of this party are signed")
    return key.encode()


def _found(mappings: Path, folder: str) -> Iterator[Layout]:
    for path in sorted(mappings.glob(f"{folder}/{FILE}")):
        file = rulefile.read(path)
        given = file.convert(file.data, _Party)
        shared = mappings / "statements" / f"{given.layout}.yaml"
        if not shared.is_file():
            raise file.invalid(f"there is no layout {given.layout} in statements/", "layout")
        beside = path.with_name("party.yaml")
        party = _identity(beside, given, file)
        yield _made(party, replace(given, names=_names(beside, given)), file, shared)


def _names(beside: Path, given: _Party) -> dict[str, str]:
    """What people call the party, there where its id stands too."""
    if not beside.is_file():
        return given.names
    said = rulefile.read(beside).data.get("names", {})
    return {str(language): str(name) for language, name in said.items()}


def _identity(beside: Path, given: _Party, file: RuleFile) -> str:
    """The id of the party: that of its `party.yaml`, or its own where it has none."""
    if beside.is_file() == bool(given.id):
        raise file.invalid("an id stands in party.yaml where there is one, and here where there is none", "id")
    return given.id or str(rulefile.read(beside).data["id"])


def _made(party: str, given: _Party, file: RuleFile, path: Path) -> Layout:
    shared = _read(path)
    if given.sign == "line" and shared.form == "xml":
        raise file.invalid("an element has no place for a signature of its line", "sign")
    if not 0 <= given.due.hour <= 23 or given.due.after < 0 or given.due.parts < 1:  # noqa: PLR2004 - hours of a day
        raise file.invalid("hour 0 to 23, after from 0, parts from 1", "due")
    if given.again is not None and (given.again.wait < 1 or given.again.days < 0):
        raise file.invalid("wait from 1 second, days from 0", "again")
    if given.asked is not None and given.asked.days < 1:
        raise file.invalid("days from 1", "asked")
    if any(not region.isdecimal() for region in given.regions):
        raise file.invalid("leading digits of regions", "regions")
    values = {kind: _values(kind, shared, given, file) for kind in RECORDS}
    form = _form(path, shared)
    shape = given.layout, party, shared.encoding, shared.longest, given.sign, form
    side = given.side, given.of or party, given.asked, given.regions
    first = Month.parse(shared.first_month)
    return Layout(*shape, values, given.due, first, given.again, *side, file.path.parent, given.names)


@cache
def _read(path: Path) -> _Layout:
    file = rulefile.read(path)
    layout = file.convert(file.data, _Layout)
    if not _is_month(layout.first_month):
        raise file.invalid("a month such as 1951-03", "first_month")
    for kind, record in RECORDS.items():
        listed, fields = list(_columns(layout, kind)), {shape.name: shape for shape in shapes(record)}
        if unknown := [name for name in listed if name not in fields]:
            raise file.invalid(f"there is no field {unknown[0]}", _KEYS[kind])
        if missing := [name for name, shape in fields.items() if shape.required and name not in listed]:
            raise file.invalid(f"the field {missing[0]} has no column", _KEYS[kind])
        if layout.form in ("fixed", "xml") and not _fitting(layout, kind):
            raise file.invalid("field: width in bytes (fixed), or field: attribute (xml)", _KEYS[kind])
    return layout


def _is_month(text: str) -> bool:
    try:
        Month.parse(text)
    except ValueError:
        return False
    return True


def _columns(layout: _Layout, kind: str) -> _Columns:
    columns: _Columns = getattr(layout, _KEYS[kind])
    return columns


def _fitting(layout: _Layout, kind: str) -> bool:
    columns, wanted = _columns(layout, kind), int if layout.form == "fixed" else str
    return isinstance(columns, dict) and all(type(each) is wanted for each in columns.values())


def _form(path: Path, layout: _Layout) -> LineForm:
    columns: dict[str, Any] = {kind: _columns(layout, kind) for kind in RECORDS}
    if layout.form == "fixed":
        return FixedForm(columns, layout.encoding)
    if layout.form == "xml":
        return XmlForm(columns, layout.encoding)
    listed = {kind: list(names) for kind, names in columns.items()}
    if layout.form == "csv":
        return CsvForm(listed, layout.encoding)
    if len(layout.separator) != 1 or not layout.separator.isascii():
        raise rulefile.read(path).invalid("one ASCII character", "separator")
    return SeparatedForm(listed, layout.separator, layout.encoding)


def _values(kind: str, shared: _Layout, given: _Party, file: RuleFile) -> Mapping[str, Value]:
    listed = list(_columns(shared, kind))
    made = {}
    for shape in shapes(RECORDS[kind]):
        if shape.name in listed:
            try:
                made[shape.name] = value_of(shape, shared.values.get(shape.name, ""), given.codes.get(shape.name))
            except (KeyError, ValueError) as error:
                raise file.invalid(f"the values of {shape.name}: {error}", "codes", shape.name) from None
    return {name: made[name] for name in listed}
