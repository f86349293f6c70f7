"""The control address of the sandbox: scripts, and its own record of what took effect, the only witness."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

_SECONDS = 60.0


@dataclass(frozen=True)
class Trace:
    """What one person left behind at all parties. `entries`, `levies`: (party, record)."""

    entries: list[tuple[str, dict[str, Any]]]
    levies: list[tuple[str, dict[str, Any]]]
    effects: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def ours(self) -> list[tuple[str, dict[str, Any]]]:
        """The participations that we caused."""
        return [(party, entry) for party, entry in self.entries if entry["operator"] == "gateway"]


class Sandbox:
    """A sandbox that stands at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def fault(self, party: str, message: str, fault: str, **options: Any) -> None:
        """Script one fault, played once where `times` does not say otherwise."""
        self.control("POST", "faults", party=party, message=message, fault=fault, **options)

    def forgive(self) -> None:
        """Take back every script."""
        self.control("DELETE", "faults")

    def played(self) -> list[dict[str, Any]]:
        """The faults that were played since the scripts were last taken back: party, message, kind."""
        found: list[dict[str, Any]] = self.control("GET", "faults")["played"]
        return found

    def pay(self, party: str, **named: Any) -> None:
        """The worker pays a levy."""
        self.control("POST", "pay", party=party, **named)

    def state(self) -> dict[str, Any]:
        """Everything the parties hold."""
        found: dict[str, Any] = self.control("GET", "state")
        return found

    def of(self, number: str, references: set[str], state: Mapping[str, Any] | None = None) -> Trace:
        """What a person, or one of our references, left at the parties. `state`: where it was asked for already."""
        state = state or self.state()
        parties = state["parties"]
        entries = [
            (name, entry)
            for name, party in parties.items()
            for person in party.get("people", ())
            if person["id_number"] == number
            for entry in person["entries"]
        ]
        levies = [
            (name, levy)
            for name, party in parties.items()
            for levy in party.get("levies", ())
            if levy["id_number"] == number
        ]
        effects = Counter((each["party"], each["kind"]) for each in state["effects"] if each["reference"] in references)
        return Trace(entries, levies, effects)

    def effects_under(self, references: set[str]) -> list[dict[str, Any]]:
        """What took effect under any of our references, in order."""
        return [each for each in self.state()["effects"] if each["reference"] in references]

    def control(self, method: str, name: str, /, **document: Any) -> Any:
        """One control call."""
        body = document if method == "POST" else None
        reply = requests.request(method, f"{self.url}/_control/{name}", json=body, timeout=_SECONDS)
        assert reply.ok, f"{name}: {reply.text}"
        return reply.json()
