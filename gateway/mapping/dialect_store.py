"""What the systems of a party can keep: which characters, and how long in their own bytes (wire facts, 2.9 and 9)."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.tables import DialectFile, Differences, Substitute
from gateway.model.names import compared

_TWO = 2
_DEEP = 64  # no table reaches as far into a document
_SPACE = ord(" ")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_PINYIN = re.compile("[A-Za-zÀ-ÖØ-öø-ǜ]+")


class Store:
    """The columns of a party. `encoding`: of its documents.

    `two_bytes`: the columns keep only what GBK writes in one or two bytes, and count those; else they count the bytes
    of `encoding`. `substitutes`: the table of what the party keeps instead of a character.
    """

    def __init__(self, encoding: str, *, two_bytes: bool, substitutes: Sequence[Substitute] = ()) -> None:
        self.encoding = encoding
        self._columns = "gb18030" if two_bytes else encoding
        self._two_bytes = two_bytes
        self._table = substitutes
        self._listed = {item.character for item in substitutes}
        self._own_codes = {ord(item.instead): item.character for item in substitutes if item.kind == "own_code"}

    def kept(self, form: Any, party: str, on: date) -> tuple[Any, str]:
        """The values of a document or message as the party keeps them on the day `on`, and what is what ("㛃→jie").

        GatewayError `cannot_store` where a value holds what is a code of the party's own for another character.
        """
        if not self._table:
            return form, ""
        used: dict[str, str] = {}
        in_force = {ord(item.character): item.instead for item in self._table if _holds(item, on)}
        made = _each(form, lambda text: self._replaced(text, in_force, party, used))
        return made, ", ".join(f"{character}→{instead}" for character, instead in used.items())

    def encoded(self, text: str, party: str, *, answers: bool = False) -> bytes:
        """The bytes of a document; GatewayError `cannot_store` naming a character that the party cannot keep.

        `answers`: it tells the party again what the party said, private codes too: there they are its own.
        """
        if not self._two_bytes:
            return text.encode(self.encoding)
        plain = _gbk(text)
        if plain is None:
            lost = {each for each in text if _lost(each, private=answers) and ord(each) not in self._own_codes}
            if lost:
                raise _refused(party, min(lost))
        return text.encode(self.encoding) if plain is None or self.encoding != self._columns else plain

    def length(self, text: str, on: date) -> int:
        """Bytes that `text` takes in a column of the party on the day `on`."""
        for item in self._table:
            if _holds(item, on):
                text = text.replace(item.character, item.instead)
        return len(text.encode(self._columns, "replace"))

    def same(self, told: str, ours: str) -> bool:
        """Whether a name that the party tells is `ours`, perhaps in a form that it kept on some day of its table."""
        found = compared(told)
        if found == compared(ours) or self._listed.isdisjoint(ours):
            return found == compared(ours)
        ends = {0}
        for character in ours:
            forms = {compared(form) for form in (character, *self._forms(character))}
            ends = {end + len(form) for end in ends for form in forms if found.startswith(form, end)}
        return len(found) in ends

    def standard(self, form: Any) -> Any:
        """What was read, with the characters behind the party's own codes; nothing changes where it has none."""
        return _each(form, lambda text: text.translate(self._own_codes)) if self._own_codes else form

    def _forms(self, character: str) -> list[str]:
        return [item.instead for item in self._table if item.character == character]

    def _replaced(self, text: str, in_force: Mapping[int, str], party: str, used: dict[str, str]) -> str:
        if text.isascii():
            return text
        for character in text:
            if ord(character) in in_force:
                used[character] = _PRIVATE.sub(_numbered, in_force[ord(character)])
            elif ord(character) in self._own_codes:
                raise _refused(party, character)
        return text.translate(in_force)


def store_of(dialect: DialectFile, differences: Differences, encoding: str = "") -> Store:
    """The columns of a party that speaks `dialect` with its `differences`, in `encoding` where it has another."""
    stores = differences.stores or dialect.stores
    return Store(encoding or dialect.encoding, two_bytes=stores == "two_bytes", substitutes=differences.substitutes)


def wrong(table: Sequence[Substitute]) -> Iterator[tuple[int, str, str]]:
    """What is wrong with a table of substitutes: the entry, its field, and why."""
    for index, item in enumerate(table):
        if item.until is not None and item.until < item.since:
            yield index, "until", "it lies before `since`"
        if _gbk(item.character) is not None:
            yield index, "character", "every system keeps this character: GBK has it"
        if item.kind != "own_code" and any(_lost(each) or ord(each) < _SPACE for each in item.instead):
            yield index, "instead", "a system of two bytes cannot keep it"
        if item.kind == "own_code" and not (_PRIVATE.fullmatch(item.instead) and _bytes(item.instead) == _TWO):
            yield index, "instead", "a code of its own is one character of the private use area that takes two bytes"
        if item.kind == "pinyin" and not _PINYIN.fullmatch(item.instead):
            yield index, "instead", "pinyin is written in Latin letters"
    for (_, one), (index, two) in combinations(enumerate(table), 2):
        if one.character == two.character and _meet(one, two):
            yield index, "character", "two substitutes of it are in force on one day"
        if "own_code" in (one.kind, two.kind) and one.instead == two.instead and one.character != two.character:
            yield index, "instead", "a code of its own stands for one character"


def _holds(item: Substitute, on: date) -> bool:
    return item.since <= on and (item.until is None or on <= item.until)


def _meet(one: Substitute, two: Substitute) -> bool:
    return _holds(one, two.since) or _holds(two, one.since)


def _gbk(text: str) -> bytes | None:
    try:
        return text.encode("gbk")
    except UnicodeEncodeError:
        return None


def _lost(character: str, *, private: bool = False) -> bool:
    """Whether columns of two bytes lose it; what is `private` has another meaning in every system."""
    return _bytes(character) > _TWO or (not private and bool(_PRIVATE.fullmatch(character)))


def _bytes(character: str) -> int:
    return len(character.encode("gb18030", "replace"))


def _each(form: Any, change: Callable[[str], str], depth: int = _DEEP) -> Any:
    """A copy of a message, or of the groups of a document, with every text in it changed."""
    if isinstance(form, str):
        return change(form)
    if is_dataclass(form) and not isinstance(form, type):
        values = {item.name: (value := getattr(form, item.name), _each(value, change, depth)) for item in fields(form)}
        changed = {name: after for name, (before, after) in values.items() if after is not before}
        return replace(form, **changed) if changed else form
    if isinstance(form, tuple):
        return tuple([_each(each, change, depth) for each in form])
    if isinstance(form, dict) and depth:
        return {name: _each(value, change, depth - 1) for name, value in form.items()}
    return [_each(each, change, depth - 1) for each in form] if isinstance(form, list) and depth else form


def _numbered(found: re.Match[str]) -> str:
    return f"U+{ord(found[0]):04X}"


def _refused(party: str, character: str) -> GatewayError:
    number = f"U+{ord(character):04X}"
    shown = number if _PRIVATE.fullmatch(character) else f"{character} ({number})"
    return GatewayError("cannot_store", party=party, character=shown)
