"""Which dialect and version each party says that it speaks or has spoken, and whether there is such a folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.mapping.party_files import party_files
from gateway.mapping.rulefile import RuleFile

_WITHOUT_FOLDER = frozenset(("webhook",))
"""Dialects that have neither tables nor a contract: what a platform is told is our own JSON."""


@dataclass(frozen=True, slots=True)
class Named:
    """A dialect as a party.yaml names it: `name` is "<dialect>/<version>", `steps` where that stands."""

    name: str
    file: RuleFile
    steps: tuple[str | int, ...]

    def fault(self, mappings: Path) -> str:
        """What is wrong with it, "" where its folder is there."""
        dialect, _, version = self.name.partition("/")
        folder = mappings / "dialects" / dialect
        if dialect in _WITHOUT_FOLDER or (folder / version).is_dir():
            return ""
        known = sorted(path.name for path in (folder if folder.is_dir() else folder.parent).iterdir() if path.is_dir())
        what = f"version {version} of {dialect}" if folder.is_dir() else f"dialect {dialect}"
        return str(self.file.invalid(f"there is no {what}; there are {', '.join(known)}", *self.steps))


def languages(mappings: Path, party: str | None) -> Iterator[Named]:
    """What each party names, or only `party`; GatewayError `not_found` where there is no such party."""
    for file in party_files(mappings, party):
        yield from _of_party(file)


def _of_party(file: RuleFile) -> Iterator[Named]:
    language = file.data.get("dialect") if isinstance(file.data, dict) else None
    if not isinstance(language, dict):
        return
    yield Named(f"{language.get('name')}/{language.get('version')}", file, ("dialect", "version"))
    earlier = language.get("before")
    for index, each in enumerate(earlier if isinstance(earlier, list) else ()):
        if isinstance(each, dict):
            steps = ("dialect", "before", index, "version")
            yield Named(f"{language.get('name')}/{each.get('version')}", file, steps)
