"""Every `party.yaml`, or that of one party, whatever stands in those of others, who may be at work on theirs."""

from collections.abc import Iterator
from pathlib import Path

from gateway.errors import GatewayError
from gateway.mapping import rulefile
from gateway.mapping.rulefile import RuleFile


def party_files(mappings: Path, party: str | None = None) -> Iterator[RuleFile]:
    """Every `party.yaml` under `mappings`, or that of `party` alone; GatewayError as `party_file`."""
    if party is not None:
        yield party_file(mappings, party)
        return
    for path in sorted(mappings.glob("*/*/party.yaml")):
        yield rulefile.read(path)


def party_file(mappings: Path, party: str) -> RuleFile:
    """The `party.yaml` under `mappings` with this id; GatewayError `not_found`, naming those that there are.

    GatewayError `data_invalid` (file and line) where it is in none, and one cannot be read: that may be it.
    """
    known: list[str] = []
    unread: list[GatewayError] = []
    for path in sorted(mappings.glob("*/*/party.yaml")):
        try:
            file = rulefile.read(path)
        except GatewayError as error:
            unread.append(error)
            continue
        known.append(str(file.data.get("id")) if isinstance(file.data, dict) else "")
        if known[-1] == party:
            return file
    raise next(iter(unread), GatewayError("not_found", thing=f"party {party} (there are {', '.join(sorted(known))})"))
