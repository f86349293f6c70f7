"""What a dialect's YAML files may say: the vocabulary of the tables, as frozen values.

`dialect.yaml`: its syntax, what every document carries, named groups of lines, how it says that something went wrong.
`codes.yaml`: code lists. `messages/*.yaml`: one table per message, request and reply; it serves both sides of the call.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

Plain = str | int | bool
Reason = Annotated[str, Meta(min_length=3)]
Known = Literal["seen", "inferred", "ours"]


class Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value: its place there, and what it is here.

    `there`: dotted path, or the columns that carry one value together. What it is, exactly one of: `here` (canonical
    path), `control` (field of Control, `extra.<name>`), `about` (canonical path in the request that is answered),
    `const`, `credential`, `fill` (written where nothing canonical says it, not read), `ignored` (known, not read: why),
    `use` (a group of lines). `here` with `const`: what the record says wherever this table applies.

    `seen` / `inferred` / `ours`: the fact cited. `normalised`: why what we write may differ from what we read.
    """

    there: str | tuple[str, ...] = ""
    here: str = ""
    control: str = ""
    about: str = ""
    const: Plain | None = None
    credential: bool = False
    fill: Plain | None = None
    ignored: str = ""
    use: str = ""

    form: str = field(default="", name="as")
    codes: str = ""
    by_shape: bool = False
    each: tuple["Line", ...] = ()
    only: Literal["", "read", "write"] = ""
    again: bool = False
    differs: Literal["refused", "reported"] = "refused"
    absent: Literal["", "omit", "empty"] = ""
    bytes: int = 0
    default: str = ""
    made: str = ""

    seen: str = ""
    inferred: str = ""
    ours: str = ""
    normalised: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The places, one or several."""
        return (self.there,) if isinstance(self.there, str) else self.there

    @property
    def known(self) -> tuple[str, str]:
        """How we know it, and the fact; ("", "") where nothing is said."""
        for how in ("seen", "inferred", "ours"):
            if fact := getattr(self, how):
                return how, fact
        return "", ""


class Nothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What no row means: the record `here` with what it takes from the request (`about`), or an error of the catalogue.

    `tells`: what stands elsewhere in the document then.
    """

    here: Mapping[str, Plain] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    tells: Mapping[str, Plain] = field(default_factory=dict)
    error: str = ""


class Key(Struct, frozen=True, forbid_unknown_fields=True):
    """Which field of a row names the request that it is about."""

    there: str
    about: str


class Rows(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the records stand when they are rows.

    `take`: `one` (several that differ are ambiguous), `first` (of those whose `prefer` columns fit, else of all), `all`
    (a row is a message), `itself` (the place holds one record and no list), `keyed` (rows speak of the requests that
    `key` names; the others were taken, as many as `saved` says), `details` (header columns repeated in every row; a row
    is a detail where the column `filled` is; the details are the list at `*`; `bare` is a row without any).
    `count`: where the number of rows stands; `total`: that of all rows, more than these where the answer is paged.
    """

    there: str
    take: Literal["one", "first", "all", "itself", "keyed", "details"]
    count: str = ""
    total: str = ""
    prefer: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    key: Key | None = None
    saved: str = ""
    filled: str = ""
    bare: Mapping[str, str] = field(default_factory=dict)
    none: Nothing | None = None


class Block(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One direction of an exchange. `lines` are relative to the row where there are `rows`, `head` never.

    `tells`: constants by which the document is recognised; `when`: constants of a row by which its message is.
    `closed`: an unknown field is an error (always so in requests). `lossy`: canonical paths without a place, and why.
    `normalised`: places that no line has and that we may write otherwise than we read them, and why; `[+]`: rows after
    the first. `record`: the record, in the answer to a question that is no message. A constant in `tells` that ends
    with `*` is recognised by its beginning.
    """

    tells: Mapping[str, Plain] = field(default_factory=dict)
    when: Mapping[str, Plain] = field(default_factory=dict)
    rows: Rows | None = None
    head: tuple[Line, ...] = ()
    lines: tuple[Line, ...] = ()
    closed: bool = False
    lossy: Mapping[str, Reason] = field(default_factory=dict)
    normalised: Mapping[str, Reason] = field(default_factory=dict)
    record: str = ""


class TableFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table: of a `message`, or of a `question` that carries none. `variant`: another form of the same."""

    message: str = ""
    question: str = ""
    variant: str = ""
    status: Known
    fact: Reason
    request: Block
    reply: Block | None = None


class Case(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text that says what went wrong: the whole of it, or a part; `then`: the error of the catalogue."""

    text: str = field(default="", name="is")
    contains: str = ""
    then: str


class Trouble(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place where a reply says that something went wrong, unless it is absent, empty or `fine`.

    `when`: what must stand elsewhere in the reply for the place to count. `fine_from`: whole numbers from this one on
    are fine. `words`: where it is said in words; `cases` are of either.
    """

    there: str
    when: Mapping[str, Plain] = field(default_factory=dict)
    fine: tuple[Plain, ...] = ()
    fine_from: int | None = None
    words: str = ""
    cases: tuple[Case, ...] = ()
    otherwise: str


class Refusal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the dialect says no: what stands where, for the `errors` named (none: for every other)."""

    errors: tuple[str, ...] = ()
    tells: Mapping[str, Plain] = field(default_factory=dict)
    words: str = ""


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """Lines of every document in one direction. `absent`: whether what has no value is left out or written empty."""

    lines: tuple[Line, ...] = ()
    absent: Literal["omit", "empty"] = "omit"


class DialectFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dialect. `forms`: the converter of each kind of value; `stores`: characters that its parties can keep."""

    dialect: str
    version: str
    syntax: Literal[
        "attribute_soap",
        "json",
        "rpc_soap",
        "string_soap",
        "typed_soap",
        "prm",
        "hosdata",
        "starred",
        "piped",
        "rows",
        "cfx",
        "gt3_bus",
        "tirip",
    ]
    encoding: Literal["utf-8", "gb18030"] = "utf-8"
    stores: Literal["all", "two_bytes"] = "all"
    options: Mapping[str, Any] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    request: Head = Head()
    reply: Head = Head()
    groups: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    lossy: Mapping[str, Reason] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class CodeLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One code. `there`: one cell per column; a list in a cell: any of these, null: whatever stands there or nothing.

    `here`: the canonical value, null: absent. `write`: the one that is written where several mean the same.
    """

    there: str | tuple[str | tuple[str, ...] | None, ...]
    here: str | bool | None
    write: bool = False
    seen: str = ""
    inferred: str = ""
    ours: str = ""

    @property
    def known(self) -> tuple[str, str]:
        """How we know it, and the fact."""
        how = "seen" if self.seen else "inferred" if self.inferred else "ours"
        return how, self.seen or self.inferred or self.ours


class CodeFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One code list. `kind`: the canonical list, or `bool`. `given`: how many leading columns another line writes.

    `unlisted`: what a code that is not listed means (reported, never silent); without it such a code is an error.
    `lossy`: canonical values without a code, and why.
    """

    kind: str
    codes: tuple[CodeLine, ...]
    given: int = 0
    unlisted: str = ""
    lossy: Mapping[str, Reason] = field(default_factory=dict)


class Substitute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a party stores instead of a character that it cannot store, from `since` to the end of `until`.

    `kind`: a code point of its own, the reading in Latin letters, or whatever was agreed. `because`: by whose word.
    """

    character: Annotated[str, Meta(min_length=1, max_length=1)]
    instead: Annotated[str, Meta(min_length=1, max_length=20)]
    kind: Literal["own_code", "pinyin", "agreed"]
    since: date
    until: date | None = None
    because: Reason


class Differences(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one party does differently from its dialect: part of its `party.yaml`.

    `stores`: what its columns can keep, where the dialect says otherwise; `substitutes`: what it keeps instead.
    """

    stores: Literal["", "all", "two_bytes"] = ""
    substitutes: tuple[Substitute, ...] = ()
    codes: Mapping[str, CodeFile] = field(default_factory=dict)


NO_DIFFERENCES = Differences()
