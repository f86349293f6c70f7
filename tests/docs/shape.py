"""The shape of what a command prints: what differs from run to run is masked, the rest must be as documented."""

import re
from collections import Counter
from collections.abc import Sequence

HANDLE = re.compile(r"\b(?P<kind>case|leg|wrk|levy|msg|req)_[0-9a-z]{20,}")
# In this order: each takes what it knows out of the way of those after it.
_MASKS = (
    (HANDLE, r"<\g<kind>>"),
    (re.compile(r"\beyJ[\w.-]+"), "<token>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)"), "<instant>"),
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "<time>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "<day>"),
    (re.compile(r"\b\d{4}-\d\d\b"), "<month>"),
    (re.compile(r"^[0-9a-f]{8}$|(?<![\w-])[\w-]{43}(?![\w-])"), "<key>"),
    (re.compile(r"operator \([^)]+\)"), "operator (<name>)"),
    (re.compile(r"\d+(?:\.\d+)?"), "#"),
    (re.compile(r"\s+"), " "),
)


def shape(line: str) -> str:
    """The line with everything masked that another run prints differently."""
    for pattern, mask in _MASKS:
        line = pattern.sub(mask, line.strip())
    return line


def differences(documented: Sequence[str], printed: Sequence[str]) -> list[str]:
    """What a document shows and a run does not print, and the reverse. Lines of things that happen at once may swap."""
    shown, found = Counter(map(shape, documented)), Counter(map(shape, printed))
    missing = [f"documented, not printed: {line}" for line in (shown - found).elements()]
    return missing + [f"printed, not documented: {line}" for line in (found - shown).elements()]


def bindings(documented: Sequence[str], printed: Sequence[str]) -> dict[str, str]:
    """Which handle of this run stands for which one of the document, by the order in which they appear."""
    shown, found = (
        list(dict.fromkeys(match[0] for line in lines for match in HANDLE.finditer(line)))
        for lines in (documented, printed)
    )
    return dict(zip(shown, found, strict=True)) if len(shown) == len(found) else {}
