"""What the systems of a party can keep: which characters, and how long in their own bytes (wire facts, 2.9 and 9)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.tables import Substitute
from gateway.model.names import compared

_TWO = 2
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_PINYIN = re.compile("[A-Za-zÀ-ÖØ-öø-ǜ]+")
# What a substitute may not hold: it is put into finished documents, where these would be markup or end a column.
_MARKUP = re.compile(r"""[<>&"'|,;\\/{}\[\]\x00-\x1f\x7f]""")


class Store:
    """The columns of a party. `encoding`: of its documents.

    `two_bytes`: the columns keep only what GBK writes in one or two bytes, and count those; else they count the bytes
    of `encoding`. `substitutes`: the table of what the party keeps instead of a character.
    """

    def __init__(self, encoding: str, *, two_bytes: bool, substitutes: Sequence[Substitute] = ()) -> None:
        self._encoding = encoding
        self._columns = "gb18030" if two_bytes else encoding
        self._two_bytes = two_bytes
        self._table = substitutes
        self._listed = {item.character for item in substitutes}
        self._own_codes = {ord(item.instead): item.character for item in substitutes if item.kind == "own_code"}

    def encoded(self, text: str, party: str, on: date) -> tuple[bytes, str]:
        """The bytes of `text`, and which substitutes in force on the day `on` stand in it ("㛃→jie").

        GatewayError `cannot_store` naming a character that the party cannot keep and lists no substitute for.
        """
        if self._two_bytes:
            self._check(text, party, on)
        written, used = self._substituted(text, on)
        return written.encode(self._encoding), ", ".join(used)

    def length(self, text: str, on: date) -> int:
        """Bytes that `text` takes in a column of the party on the day `on`."""
        return len(self._substituted(text, on)[0].encode(self._columns, "replace"))

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
        if not self._own_codes:
            return form
        if isinstance(form, str):
            return form.translate(self._own_codes)
        if isinstance(form, dict):
            return {name: self.standard(value) for name, value in form.items()}
        return [self.standard(each) for each in form] if isinstance(form, list) else form

    def _forms(self, character: str) -> list[str]:
        return [item.instead for item in self._table if item.character == character]

    def _in_force(self, on: date) -> Mapping[str, str]:
        return {item.character: item.instead for item in self._table if _holds(item, on)}

    def _check(self, text: str, party: str, on: date) -> None:
        try:
            text.encode("gbk")
        except UnicodeEncodeError:
            lost = {character for character in text if _lost(character)} - self._in_force(on).keys()
            if lost:
                raise GatewayError("cannot_store", party=party, character=_named(min(lost))) from None

    def _substituted(self, text: str, on: date) -> tuple[str, list[str]]:
        if self._listed.isdisjoint(text):
            return text, []
        used = []
        for character, instead in self._in_force(on).items():
            if character in text:
                text = text.replace(character, instead)
                used.append(f"{character}→{_PRIVATE.sub(_numbered, instead)}")
        return text, used


def wrong(table: Sequence[Substitute]) -> Iterator[tuple[int, str, str]]:
    """What is wrong with a table of substitutes: the entry, its field, and why."""
    for index, item in enumerate(table):
        if item.until is not None and item.until < item.since:
            yield index, "until", "it lies before `since`"
        if _in_gbk(item.character):
            yield index, "character", "every system keeps this character: GBK has it"
        if any(_lost(each) and item.kind != "own_code" for each in item.instead) or _MARKUP.search(item.instead):
            yield index, "instead", "a system of two bytes cannot keep it, or it would be read as a part of the document"
        if item.kind == "own_code" and not (len(item.instead) == 1 and _PRIVATE.fullmatch(item.instead)):
            yield index, "instead", "a code of its own is one character of the private use area"
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


def _in_gbk(character: str) -> bool:
    try:
        return bool(character.encode("gbk"))
    except UnicodeEncodeError:
        return False


def _lost(character: str) -> bool:
    """Whether columns of two bytes lose it; what is private has another meaning in every system."""
    return len(character.encode("gb18030", "replace")) > _TWO or bool(_PRIVATE.fullmatch(character))


def _numbered(found: re.Match[str]) -> str:
    return f"U+{ord(found[0]):04X}"


def _named(character: str) -> str:
    number = f"U+{ord(character):04X}"
    return number if _PRIVATE.fullmatch(character) else f"{character} ({number})"
