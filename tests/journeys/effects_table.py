"""The table of docs/protocols/effects.md, made from every `party.yaml`: how often each message takes effect, and why.

`python -m tests.journeys.effects_table` writes it anew.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from adapters.party import Profile, read_profile
from gateway.model.messages import EXCHANGES
from gateway.ports import Support

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "protocols" / "effects.md"

_HEAD = """# How often each message takes effect

Made from the `supports` of every `mappings/*/*/party.yaml`; `python -m tests.journeys.effects_table` writes it anew,
and a test compares. `tests/journeys` kills gateway and worker at every named point of whole journeys and counts the
effects in the sandbox's own state against this page.

* **exactly once**: the party recognises our id when it comes again, or can be asked whether the message took effect. A
  message whose answer is lost is never sent again before that has been found out.
* **at most once**: nobody can tell. After a lost answer the leg is `needs_person`, with both records side by side.
* **no effect**: a question; it is simply asked again.
* **at least once**: a webhook; its id is the same on every try, and the platform drops the id that it knows.

Where the record that is found shows another hand than ours (a clerk at the window), the leg is `needs_person` as well:
an effect that somebody else caused is never taken for ours.
"""
_COLUMNS = ("message", "recognises our id", "after a lost answer", "shows that it was us", "takes effect")


def guarantee(family: str, support: Support) -> str:
    """How often the message takes effect, whatever happens on our side or on the way."""
    if not EXCHANGES[support.message].changes:
        return "no effect"
    if family == "platform":
        return "at least once"
    return "at most once, then `needs_person`" if support.inquire == "nothing" else "exactly once"


def inquiry(support: Support) -> str:
    """What is done to find out whether a message took effect whose answer was lost."""
    if not EXCHANGES[support.message].changes:
        return "ask again"
    if support.inquire == "resend":
        return f"send again under the same id, after {support.settle_after} s"
    if support.inquire == "nothing":
        return "a person asks"
    with_ = ", then ".join(f"`{name}`" for name in support.inquire_with.split(","))
    return f"{with_}, after {support.settle_after} s"


def rows(profile: Profile) -> Iterator[tuple[str, ...]]:
    """The rows of one party."""
    for support in profile.carried.values():
        changes = EXCHANGES[support.message].changes
        recognised = ("yes" if support.recognises_id else "no") if changes else ""
        proof = ", ".join(f"`{name}`" for name in support.proves_ours)
        yield f"`{support.message}`", recognised, inquiry(support), proof, guarantee(profile.family, support)


def page(mappings: Path) -> str:
    """The whole page; parties that are alike share a table."""
    alike: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for path in sorted(mappings.glob("*/*/party.yaml")):
        profile = read_profile(path)
        alike.setdefault(tuple(rows(profile)), []).append(profile.id)
    return _HEAD + "".join(_table(names, table) for table, names in alike.items())


def _table(names: list[str], table: tuple[tuple[str, ...], ...]) -> str:
    lines = [_COLUMNS, ("---",) * len(_COLUMNS), *table]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"\n## {', '.join(f'`{name}`' for name in names)}\n\n{text}\n"


def guarantees(mappings: Path) -> Mapping[tuple[str, str], str]:
    """How often each message of each party takes effect."""
    profiles = [read_profile(path) for path in sorted(mappings.glob("*/*/party.yaml"))]
    return {
        (profile.id, support.message): guarantee(profile.family, support)
        for profile in profiles
        for support in profile.carried.values()
    }


if __name__ == "__main__":
    PAGE.write_text(page(ROOT / "mappings"), encoding="utf-8")
