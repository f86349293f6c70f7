"""All dated law of a deployment, loaded once at start: what is shipped, and the deployment's own layer over it."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from gateway.errors import GatewayError
from gateway.mapping.books import check_books
from gateway.mapping.rulecalendar import load_calendar
from gateway.mapping.ruleregions import load_regions
from gateway.mapping.rulevalues import values_of
from gateway.rules.dated import Layer, Rulebook, Value
from gateway.rules.law import Law
from gateway.rules.regions import Regions


def load_law(mappings: Path, rules_dir: Path | None = None) -> Law:
    """Read `rules/`, `books/`, `routing.yaml`, `regions.yaml` under `mappings`, and all of `rules_dir` (RULES_DIR).

    GatewayError `data_invalid` names file and line of what cannot be read, is unknown or overlaps; `setting_invalid`
    where `rules_dir` is no directory or holds no file.
    """
    regions_file = mappings / "regions.yaml"
    regions = load_regions(regions_file)
    book = Rulebook([*_shipped(mappings, regions), *(_deployed(rules_dir, regions) if rules_dir else ())])
    check_books(book.values)
    calendar = load_calendar()
    seen = sha256(regions_file.read_bytes())
    seen.update(f"{book.fingerprint} {calendar.known_until} {len(calendar.holidays)}".encode())
    return Law(book, regions, calendar, fingerprint=seen.hexdigest())


def _shipped(mappings: Path, regions: Regions) -> Iterator[Value]:
    for path in [*_files(mappings / "rules"), *_files(mappings / "books"), mappings / "routing.yaml"]:
        yield from values_of(path, Layer.SHIPPED, regions)


def _deployed(rules_dir: Path, regions: Regions) -> Iterator[Value]:
    paths = _files(rules_dir)
    if not paths:
        raise GatewayError("setting_invalid", name="RULES_DIR", reason=f"no *.yaml file under {rules_dir}")
    for path in paths:
        yield from values_of(path, Layer.DEPLOYMENT, regions)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.yaml"))
