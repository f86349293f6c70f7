"""Checks the tables of every dialect, or of one party's, and shows where each canonical field and code goes there."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from gateway.errors import GatewayError
from gateway.mapping.check_closed import left_open
from gateway.mapping.check_contract import of_gateway, of_tables
from gateway.mapping.check_coverage import Place, coverage
from gateway.mapping.check_decisions import decisions
from gateway.mapping.check_languages import languages
from gateway.mapping.check_parties import of_parties
from gateway.mapping.check_samples import STAND_IN, of_samples
from gateway.mapping.dialect_loader import load
from gateway.mapping.dialect_table import TableDialect
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
    named = list(languages(mappings, party))
    spoken = dict.fromkeys(each.name for each in named)
    wanted = list(found) if party is None else [name for name in spoken if name in found]
    places: dict[str, list[Place]] = {}
    made: dict[str, TableDialect] = {}
    faults = [fault for each in named if (fault := each.fault(mappings))]
    for name in wanted:
        try:
            undecided = list(decisions(found[name]))
            faults += undecided
            if undecided:
                continue
            dialect = load(found[name], secret=lambda _reference: STAND_IN)
            tables = dialect.tables
            covered, missing = coverage(tables)
        except GatewayError as error:
            faults.append(str(error))
            continue
        places[name], made[name] = covered, dialect
        faults += missing
        faults += [*left_open(tables), *of_tables(tables)]
        if not missing:  # what has no counterpart, or a wrong one, is put right first: nothing can be read by it
            faults += of_samples(dialect, found[name] / "samples")
    own, wrong = of_parties(mappings, party, made)
    faults += wrong
    if party is None:
        faults += of_gateway(mappings)
    shown = places if party is None else {**places, **own}
    return Report(tuple(wanted), tuple(chain.from_iterable(shown.values())), tuple(faults))
