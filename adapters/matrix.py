"""Which party carries which message and how that is known, as the page docs/protocols/matrix.md shows it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from adapters.party import Profile, read_profile
from gateway.mapping.check import check
from gateway.model.messages import Family, carried_by

_HEAD = """\
# What each party carries, and how we know

Made by `app.py check --matrix` from the `party.yaml` of every party and the tables of every dialect; a test compares.

- **seen**: the message, in this form, stands in public code or documents of such systems (the facts it rests on are
  named below and in each table).
- *inferred*: its form follows from what was seen beside it.
- ours: nobody has shown how such a system carries it; the form is our own, on the system's known envelope.
- –: it cannot be carried; what to do instead stands at the end.
"""
_FAMILIES: Mapping[Family, str] = {
    "province": "Provinces",
    "medical": "Medical insurance agencies",
    "tax": "Tax bureaus",
    "treasury": "Treasuries",
    "card": "Card centres",
    "platform": "Platforms",
}
_SHOWN = {"seen": "**seen**", "inferred": "*inferred*", "ours": "ours"}
_KNOWN = ("seen", "inferred", "ours", "lossy")


def matrix(mappings: Path) -> str:
    """The page, in Markdown; GatewayError `data_invalid` where a `party.yaml` or a table cannot be read."""
    profiles = [read_profile(path) for path in sorted(mappings.glob("*/*/party.yaml"))]
    parts = [_HEAD, *_families(profiles), *_places(mappings), *_reasons(profiles)]
    return "\n".join(parts) + "\n"


def _families(profiles: Sequence[Profile]) -> Iterator[str]:
    for family, title in _FAMILIES.items():
        mine = [profile for profile in profiles if profile.family == family]
        yield f"\n## {title}\n"
        yield _row("message", *(f"`{profile.id}`" for profile in mine))
        yield _row(*["---"] * (len(mine) + 1))
        yield _row("dialect", *(f"{profile.dialect.name} {profile.dialect.version}" for profile in mine))
        for name in (*carried_by(family), *carried_by(family, few=True)):
            yield _row(f"`{name}`", *(_cell(profile, name) for profile in mine))


def _cell(profile: Profile, message: str) -> str:
    taken = [_SHOWN[each.known] for each in profile.supports if each.message == message]
    told = [f"{_SHOWN[each.known]} (sends it)" for each in profile.sends if each.message == message]
    return ", ".join(taken + told) or "–"


def _places(mappings: Path) -> Iterator[str]:
    counted: dict[str, Counter[str]] = {}
    for place in check(mappings).places:
        counted.setdefault(place.title, Counter())[place.known] += 1
    yield "\n## Fields and codes of each message\n"
    yield "How many have a place there, by how it is known; *lossy* ones have none, and the table says why.\n"
    yield _row("dialect: message, direction", *_KNOWN)
    yield _row(*["---"] * (len(_KNOWN) + 1))
    for title, known in counted.items():
        yield _row(title, *(str(known[name]) for name in _KNOWN))


def _reasons(profiles: Sequence[Profile]) -> Iterator[str]:
    yield "\n## On what it rests\n"
    for profile in profiles:
        yield f"\n### `{profile.id}`: {profile.names.zh}, {profile.names.en}\n"
        yield from (f"- `{each.message}` ({each.known}): {each.because}" for each in profile.supports)
        yield from (f"- `{each.message}`, sent to us ({each.known}): {each.because}" for each in profile.sends)
        for missing in profile.unsupported:
            yield f"- `{missing.message}` cannot be carried: {missing.because}. Instead: {missing.alternative}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
