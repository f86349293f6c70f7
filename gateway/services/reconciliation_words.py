"""What the reconciliation's codes are called by people, and the words of its report; both languages of each."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from gateway.services.words import WORDS

_WORDS: Mapping[str, Mapping[str, Mapping[str, str]]] = tomllib.loads(
    files("gateway.services").joinpath("reconciliation.toml").read_text(encoding="utf-8")
)


def said(kind: str, code: str, language: str) -> str:
    """A code of a kind (class, repair, action, state, book, ...) in words; one that is not known shows itself."""
    entry = _WORDS[kind].get(code)
    return code if entry is None else entry[language]


def label(name: str, language: str) -> str:
    """A word of the report's own; KeyError where it has none, which a test would find."""
    return _WORDS["report"][name][language]


def why_absent(why: str, reason: str, language: str) -> str:
    """In detail why something was not reconciled; of a statement the numbers of the parts that are missing."""
    if why.startswith("statement_") and reason:
        return label("parts_missing", language).format(parts=reason)
    return reason


def fund_name(fund: str, language: str) -> str:
    """What a fund is called: all its money, whoever pays it, so never by the name of one scheme."""
    known = _WORDS["fund"].get(fund) or WORDS.get(fund, {})
    return known.get(language, fund)
