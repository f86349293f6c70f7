"""Samples of a party's statements beside its `statement.yaml`: every one must be read without a fault."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from gateway.mapping.statement_layout import Layout
from gateway.mapping.statement_reader import Terms, check_statement
from gateway.model.values import parse_date

FOLDER, KEY = "samples", "key.txt"
"""`samples/20261116-01.txt` is part 1 of that day; `key.txt` signs the samples, and nothing else."""


def samples_of(folder: Path) -> list[Path]:
    """The sample files of a party, by name."""
    found = (folder / FOLDER).glob("[0-9]*") if (folder / FOLDER).is_dir() else ()
    return sorted(found)


def check_samples(layouts: Mapping[str, Layout]) -> tuple[list[str], list[str]]:
    """A line about the statements of each party, and a fault for each thing wrong with a sample of them."""
    lines, faults = [], []
    for party, layout in layouts.items():
        samples = samples_of(layout.folder)
        faults += [fault for sample in samples for fault in _faults(layout, sample)]
        about = f"side {layout.side.value} of {layout.of}, {layout.name}, signed {layout.sign}"
        lines.append(f"statements of {party}: {about}, {len(samples)} samples")
    return lines, faults


def _faults(layout: Layout, sample: Path) -> Iterator[str]:
    key = sample.with_name(KEY).read_bytes() if layout.sign != "none" else b""
    name = sample.name[:8]
    day = parse_date(f"{name[:4]}-{name[4:6]}-{name[6:]}")
    checked = check_statement([sample.read_bytes()], layout, Terms(day + timedelta(days=1), key))
    yield from (f"{sample}: {fault.text('en')}" for fault in checked.faults)
    if checked.head is not None and (checked.head.party, checked.head.day) != (layout.party, day):
        yield f"{sample}: it is of {checked.head.party} and {checked.head.day}, not of {layout.party} and {day}"
