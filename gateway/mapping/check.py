"""Checks the tables of every dialect, or of one party's, and shows where each canonical field and code goes there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import GatewayError
from gateway.mapping import rulefile
from gateway.mapping.check_contract import of_gateway, of_tables
from gateway.mapping.check_coverage import Place, coverage
from gateway.mapping.check_decisions import decisions
from gateway.mapping.dialect_loader import load
from gateway.mapping.tables_files import folders


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. `faults`: each names its file, what is wrong and what would be right."""

    dialects: tuple[str, ...]
    places: tuple[Place, ...]
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def text(self) -> str:
        """The coverage, a table per message, and then what is wrong."""
        return "\n".join([*self._covered(), *(f"FAULT {fault}" for fault in self.faults), self._summary()])

    def _covered(self) -> Iterator[str]:
        head = ""
        for place in self.places:
            if place.title != head:
                head = place.title
                yield f"\n{head}"
            yield f"  {place.here:<36} {place.there:<48} {place.known:<9} {place.fact}"

    def _summary(self) -> str:
        counted = {known: sum(place.known == known for place in self.places) for known in _KNOWN}
        told = ", ".join(f"{number} {known}" for known, number in counted.items())
        return f"\n{len(self.dialects)} dialect(s), {told}; {len(self.faults)} fault(s)"


_KNOWN = ("seen", "inferred", "ours", "lossy")


def check(mappings: Path, party: str | None = None) -> Report:
    """Check every dialect of tables under `mappings`, or only that of `party` (the id in a `party.yaml`).

    GatewayError `not_found` where there is no such party; everything else that is wrong stands in the report.
    """
    found = {f"{path.parent.name}/{path.name}": path for path in folders(mappings)}
    wanted = list(found) if party is None else [name for name in [_dialect_of(mappings, party)] if name in found]
    places: list[Place] = []
    faults: list[str] = []
    for name in wanted:
        try:
            left_open = list(decisions(found[name]))
            faults += left_open
            if left_open:
                continue
            tables = load(found[name]).tables
            covered, missing = coverage(tables)
        except GatewayError as error:
            faults.append(str(error))
            continue
        places += covered
        faults += missing
        faults += of_tables(tables)
        faults += _of_samples(found[name] / "samples")
    if party is None:
        faults += of_gateway(mappings)
    return Report(tuple(wanted), tuple(places), tuple(faults))


def _dialect_of(mappings: Path, party: str) -> str:
    for path in sorted(mappings.glob("*/*/party.yaml")):
        data = rulefile.read(path).data
        if isinstance(data, dict) and data.get("id") == party:
            language = data.get("dialect")
            return f"{language.get('name')}/{language.get('version')}" if isinstance(language, dict) else ""
    raise GatewayError("not_found", thing=f"party {party}")


def _of_samples(folder: Path) -> Iterator[str]:
    """Every sample is listed with what it shows, and what is listed is there."""
    index = folder / "index.yaml"
    if not index.exists():
        yield f"{index}: there are no samples; show each shape of every message"
        return
    try:
        entries = rulefile.read(index).data["samples"]
        listed = [str(entry["file"]) for entry in entries]
        asked = [str(entry["about"]) for entry in entries if "about" in entry]
    except (GatewayError, KeyError, TypeError) as error:
        yield f"{index}: not a list of samples with their files: {error}"
        return
    yield from _compared(index, listed, asked, sorted(path.name for path in folder.iterdir() if path != index))


def _compared(index: Path, listed: Sequence[str], asked: Sequence[str], there: Sequence[str]) -> Iterator[str]:
    for name in [*listed, *asked]:
        if name not in there:
            yield f"{index}: {name} is listed and not there"
    for name in there:
        if name not in listed:
            yield f"{index}: {name} is there and not listed"
