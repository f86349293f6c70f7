"""Which side is compared with which (`mappings/reconciliation/pairings.yaml`): dated, read strictly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec

from gateway.errors import GatewayError
from gateway.mapping import rulefile
from gateway.mapping.rulefile import RuleFile
from gateway.model.books import EventKind
from gateway.model.breaks import Repair
from gateway.model.reconciliation import ROW_COLUMNS, Book, BreakClass, Pairing, Tolerance
from gateway.rules.workdays import Calendar

FILE = Path("reconciliation", "pairings.yaml")
KEYS = ("voucher", "item", "month", "sequence", "fund")
_COMPARED = frozenset(column for column, _ in ROW_COLUMNS) - {"line", "key", "trace", "reverses", "summary", "voucher"}
_MEASURED = frozenset({"amount", "late_fee", "interest", "day"})

Source = Literal["ledger", "statements"]


class Arrives(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How long after the other side booked a row it may be absent from this one. `after`: days of this calendar."""

    days: Literal["every", "working"]
    after: int


class Side(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One side of a pairing: what it is, where its rows come from, when they are there."""

    book: Book
    source: Source
    arrives: Arrives


class BreakRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Whom breaks of a class belong to, in how many working days they are due, which repair is proposed."""

    owner: str
    due: int
    repair: Repair


class _Tolerance(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How far a column may differ, and the rule that allows it."""

    column: str
    by: int
    rule: str


class _Pairing(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One pairing as it stands in the file."""

    id: str
    here: Side
    there: Side
    key: tuple[str, ...]
    compared: tuple[str, ...]
    tolerances: tuple[_Tolerance, ...] = ()
    posts: tuple[EventKind, ...] = ()
    breaks: dict[BreakClass, BreakRule] = {}


class _Version(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename={"since": "from"}):
    """What holds from a day on. `instrument`: what it follows."""

    since: date
    instrument: str
    breaks: dict[BreakClass, BreakRule]
    pairings: tuple[_Pairing, ...]


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The file."""

    versions: tuple[_Version, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A pairing with its sides' sources and calendars. `key`: columns of a row's key; `version`: of what is said.

    `posts`: what happened to a fund's money where both sides agree, as events of its books.
    """

    pairing: Pairing
    here: Side
    there: Side
    key: tuple[str, ...]
    breaks: Mapping[BreakClass, BreakRule]
    version: str
    posts: tuple[EventKind, ...] = ()

    @property
    def id(self) -> str:
        """The pairing's name."""
        return self.pairing.id


@dataclass(frozen=True, slots=True)
class Pairings:
    """Every version, the latest first."""

    versions: Sequence[tuple[date, Sequence[Compared]]]

    def on(self, day: date) -> Sequence[Compared]:
        """What is compared on a day, in the order of the file; nothing before the first version."""
        return next((pairings for since, pairings in self.versions if since <= day), ())


def load_pairings(mappings: Path) -> Pairings:
    """The pairings of a tree of mappings; GatewayError `data_invalid` naming file and line."""
    file = rulefile.read(mappings / FILE)
    given = file.convert(file.data, _File)
    days = [version.since for version in given.versions]
    if days != sorted(set(days)):
        raise file.invalid("each version begins later than the one before", "versions")
    made = [(each.since, _compared(file, number, each)) for number, each in enumerate(given.versions)]
    return Pairings(tuple(reversed(made)))


def expected_on(arrives: Arrives, day: date, calendar: Calendar) -> date:
    """The last day on which a row that the other side booked on `day` may still be absent from this side."""
    if arrives.days == "working":
        return calendar.after(day, arrives.after)
    return day + timedelta(days=arrives.after)


def _compared(file: RuleFile, number: int, version: _Version) -> tuple[Compared, ...]:
    at = "versions", number, "pairings"
    ids = [pairing.id for pairing in version.pairings]
    if len(set(ids)) < len(ids):
        raise file.invalid("a pairing stands twice", *at)
    return tuple(_one(file, version, each, (*at, place)) for place, each in enumerate(version.pairings))


def _one(file: RuleFile, version: _Version, given: _Pairing, at: tuple[str | int, ...]) -> Compared:
    if wrong := _wrong(version, given):
        raise file.invalid(wrong[1], *at, wrong[0])
    allowed = tuple(Tolerance(each.column, each.by, each.rule) for each in given.tolerances)
    pairing = Pairing(given.id, given.here.book, given.there.book, given.compared, allowed)
    said = sha256(msgspec.json.encode((version.since, version.instrument, version.breaks, given))).hexdigest()
    rules = {**version.breaks, **given.breaks}
    return Compared(pairing, given.here, given.there, given.key, rules, said, given.posts)


def _wrong(version: _Version, given: _Pairing) -> tuple[str, str] | None:
    """Which entry of a pairing is wrong, and why."""
    if "voucher" not in given.key or not set(given.key) <= set(KEYS):
        return "key", f"a key is made of {', '.join(KEYS)}; the voucher belongs to every one"
    if unknown := [column for column in given.compared if column not in _COMPARED]:
        return "compared", f"{unknown[0]} is no column that can be compared"
    for each in given.tolerances:
        if each.column not in _MEASURED or each.column not in given.compared or each.by <= 0 or not each.rule.strip():
            return "tolerances", "a compared amount or day, by more than 0, with the rule that allows it"
    if missing := [each.value for each in BreakClass if each not in version.breaks and each not in given.breaks]:
        return "breaks", f"nothing is said of the class {missing[0]}"
    if min(given.here.arrives.after, given.there.arrives.after) < 0:
        return "here", "after: from 0"
    return None


def compared_on(pairings: Pairings, day: date, pairing: str) -> Compared:
    """One pairing as it is on a day; GatewayError `not_found`, naming those that there are."""
    found = {each.id: each for each in pairings.on(day)}
    if pairing not in found:
        raise GatewayError("not_found", thing=f"pairing {pairing[:64]} (on {day} there are {', '.join(found)})")
    return found[pairing]
