"""What errors say of themselves, wholly in the caller's language.

The catalogue's sentences are in both languages; what is put into them is often English: a reason, a kind of thing, a
type of JSON. `phrases.toml` holds the Chinese of these. Codes that a caller sends or reads stay as they are.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from gateway.errors import KINDS, GatewayError
from gateway.model.statement_words import in_words

_BLANK = re.compile(r"\{(\w+)\}")
# A reason of the law comes in both languages, as rules/ words it: Chinese, then English.
_BOTH = re.compile(r"(?P<zh>[^/]*[\u3400-\u9fff].*?) / (?P<en>.+)", re.DOTALL)
_REMEMBERED = 1024
# What a fault of a statement's line says has words of its own, beside the reader that says it.
_OF_A_FILE, _FAULT = "statement_", frozenset({"expected", "found"})
# Parameters whose words are ours. What a caller sent stands in others, and is never reworded.
_OURS = frozenset(
    {"reason", "thing", "expected", "form", "role", "method", "alternative"}
    | {("wrong_type", "found"), ("wrong_caller_kind", "allowed"), ("action_not_allowed", "allowed")}
)


def localised(error: GatewayError, language: str) -> GatewayError:
    """The same error with what its sentences are filled with in `language` ("zh" or "en")."""
    faults = [replace(fault, params=_worded(fault.code, fault.params, language)) for fault in error.faults]
    params: dict[str, Any] = _worded(error.kind.code, error.params, language)
    party = str(params.pop("party", ""))
    told = GatewayError(error.kind.code, faults=faults, party=error.party, retry_after=error.retry_after, **params)
    return told if error.party or not party else told.of(party)


def _worded(code: str, params: Mapping[str, str], language: str) -> dict[str, str]:
    if code.startswith(_OF_A_FILE):
        return {name: in_words(value, language) if name in _FAULT else value for name, value in params.items()}
    law = KINDS[code].side == "law"
    ours = {name for name in params if name in _OURS or (code, name) in _OURS}
    said = {name: worded(value, language) if name in ours else value for name, value in params.items()}
    return {name: _one(value, language) for name, value in said.items()} if law else said


def _one(value: str, language: str) -> str:
    both = _BOTH.fullmatch(value)
    return both[language] if both else value


@lru_cache(_REMEMBERED)
def worded(value: str, language: str) -> str:
    """One value in `language`; as it is where it is a code, or where nobody has put it into Chinese."""
    if language != "zh":
        return value
    if value in _SAID:
        return _SAID[value]
    found = ((pattern.fullmatch(value), chinese) for pattern, chinese in _PATTERNS)
    return next((chinese.format_map(match.groupdict()) for match, chinese in found if match), value)


def _pattern(english: str) -> re.Pattern[str]:
    parts = enumerate(_BLANK.split(english))
    return re.compile("".join(f"(?P<{part}>.+)" if odd % 2 else re.escape(part) for odd, part in parts), re.DOTALL)


_PHRASES: Mapping[str, str] = {
    english: chinese
    for section in tomllib.loads(files("gateway.web").joinpath("phrases.toml").read_text(encoding="utf-8")).values()
    for english, chinese in section.items()
}
_SAID = {english: chinese for english, chinese in _PHRASES.items() if not _BLANK.search(english)}
_PATTERNS = [(_pattern(english), chinese) for english, chinese in _PHRASES.items() if _BLANK.search(english)]
