"""mappings/regions.yaml into `Regions`."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from gateway.mapping.rulefile import RuleFile, read
from gateway.rules.regions import RegionRecord, Regions


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    since: date | None = None
    until: date | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    regions: dict[str, Any]


def load_regions(path: Path) -> Regions:
    """Every region with its history; GatewayError `data_invalid` for a malformed code or an unknown relative."""
    file = read(path)
    given = file.convert(file.data, _File).regions
    regions = {code: tuple(_records(file, code, entry)) for code, entry in given.items()}
    for code, records in regions.items():
        _check(file, code, records, regions)
    return Regions(regions)


def _records(file: RuleFile, code: str, entry: Any) -> Iterator[RegionRecord]:
    """The records of one code: a bare name, one record, or a list of them."""
    listed = entry if isinstance(entry, list) else [{"name": entry} if isinstance(entry, str) else entry]
    for each in listed:
        record = file.convert(each, _Record, "regions", code)
        yield RegionRecord(code, record.name, record.since, record.until, record.before, record.after)


def _check(
    file: RuleFile, code: str, records: tuple[RegionRecord, ...], regions: dict[str, tuple[RegionRecord, ...]]
) -> None:
    if not (code.isascii() and code.isdigit() and len(code) == len("330106")):
        raise file.invalid(f'"{code}" is not a code of six digits', "regions", code)
    for relative in (each for record in records for each in (*record.before, *record.after)):
        if relative not in regions:
            raise file.invalid(f'"{relative}" is not in this file', "regions", code)
