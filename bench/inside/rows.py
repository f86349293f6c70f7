"""A long reply: a thousand lines of a contribution record, schema on, dataclasses out."""

from collections.abc import Sequence

from bench.database import Server
from bench.figures import Figure, Target
from bench.inside.by_hand import read_contributions
from bench.inside.messages import Sample, replies
from bench.inside.timing import microseconds
from bench.inside.translation import Floor
from bench.options import Options
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.contract_versions import NEWEST

SECTION = "A reply of 1,000 rows (GetContributions, validated, into records; rows per second of one core)"
ROWS = 1_000
TARGET = 200_000
_DIFFERENT = 3
_FLOOR, _HAND = "floor: lxml parse + XSD validation", "written by hand"


def rows(_: Server, options: Options) -> list[Figure]:
    """Rows read per second, of lines with all that regions send and of the briefest lines."""
    dialect = GatewayDialect(NEWEST)
    full = replies(dialect, ROWS, _DIFFERENT)
    brief = replies(dialect, ROWS, _DIFFERENT, brief=True)
    return [
        _figure(dialect, "rows of 5 fields", brief, options),
        _figure(dialect, "rows of 16 fields", full, options),
    ]


def _figure(dialect: GatewayDialect, name: str, samples: Sequence[Sample], options: Options) -> Figure:
    floor, many = Floor(), len(samples)
    for sample in samples:
        assert dialect.read(sample.document, sample.about) == (sample.message, sample.control)

    def engine(number: int) -> None:
        sample = samples[number % many]
        dialect.read(sample.document, sample.about)

    spent = microseconds(
        {
            "engine": engine,
            _FLOOR: lambda number: floor(samples[number % many].document.body),
            _HAND: lambda number: read_contributions(samples[number % many].document.body),
        },
        options.seconds,
        options.repetitions,
    )
    rate = {work: ROWS * 1e6 / used for work, used in spent.items()}
    size = len(samples[0].document.body) / ROWS
    notes = [f"{size:.0f} bytes a row; {spent['engine'] / ROWS:.1f} us a row"]
    return Figure(SECTION, name, rate.pop("engine"), "/s", Target(TARGET), rate, notes)
