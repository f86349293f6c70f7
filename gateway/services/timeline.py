"""The timeline of a case in plain words, Chinese or English."""

import json
import tomllib
from collections.abc import Mapping
from importlib.resources import files

from gateway.services.words import WORDS
from gateway.store.rows import EventRow

_PLACED = frozenset({"refund_origin", "route", "verdict", "decides", "state", "account", "action"})
_CODED = frozenset({"insurance", "purpose", "message", "change"})
_TEXTS: Mapping[str, Mapping[str, str]] = tomllib.loads(
    files("gateway.services").joinpath("timeline.toml").read_text(encoding="utf-8")
)


def line(event: EventRow, language: str, names: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """One event as the outside sees it: when, its code, and the sentence. `names`: party id -> name by language."""
    params = {key: _word(key, value, language, names) for key, value in json.loads(event.params).items()}
    return {"at": event.at.isoformat(), "event": event.code, "text": text(event.code, params, language)}


def leg_of(event: EventRow) -> str:
    """The leg that an event is about, empty where it is about none."""
    return str(json.loads(event.params).get("leg", ""))


def text(code: str, params: Mapping[str, str], language: str) -> str:
    """The sentence for an event; one that the catalogue does not know shows its code."""
    entry = _TEXTS.get(code)
    if entry is None:
        return code
    return entry[language].format_map(_Blank({key: value for key, value in params.items() if value}))


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "-"


def _word(key: str, value: str, language: str, names: Mapping[str, Mapping[str, str]]) -> str:
    if key in {"party", "silent"}:
        return ", ".join(names.get(part, {}).get(language, part) for part in value.split(", "))
    if key in _PLACED:
        return ", ".join(WORDS.get(f"{key}:{part}", {}).get(language, part) for part in value.split(", "))
    return WORDS.get(value, {}).get(language, value) if key in _CODED else value
