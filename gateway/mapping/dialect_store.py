"""What the systems of a dialect can keep: which characters, and how long in their own bytes (wire facts, 2.9 and 9)."""

from collections.abc import Sequence
from datetime import date

from gateway.errors import GatewayError
from gateway.mapping.tables import Substitute

_TWO = 2


class Store:
    """The character set of a party. `two_bytes`: its columns keep only what GB18030 writes in one or two bytes."""

    def __init__(self, encoding: str, *, two_bytes: bool, substitutes: Sequence[Substitute] = ()) -> None:
        self._encoding = encoding
        self._two_bytes = two_bytes
        self._substitutes = {item.character: (date.fromisoformat(item.since), item.instead) for item in substitutes}

    def encoded(self, text: str, party: str, on: date) -> tuple[bytes, str]:
        """The bytes of `text`, and the characters that a substitute stands for, in force on the day `on`.

        GatewayError `cannot_store` naming a character that the party cannot keep and lists no substitute for.
        """
        if self._two_bytes:
            try:
                return text.encode("gbk"), ""
            except UnicodeEncodeError:
                odd = {character for character in text if self._lost(character)}
                return self._substituted(text, odd, party, on)
        return text.encode(self._encoding), ""

    def length(self, text: str) -> int:
        """Bytes that `text` takes in a column of the party."""
        return len(text.encode(self._encoding, "replace"))

    def _lost(self, character: str) -> bool:
        return len(character.encode("gb18030", "replace")) > _TWO

    def _substituted(self, text: str, odd: set[str], party: str, on: date) -> tuple[bytes, str]:
        used = ""
        for character in sorted(odd):
            since, instead = self._substitutes.get(character, (date.max, ""))
            if on < since:
                shown = f"{character} (U+{ord(character):04X})"
                raise GatewayError("cannot_store", party=party, character=shown)
            text = text.replace(character, instead)
            used += character
        return text.encode("gb18030"), used
