"""Translation: a document read, validated and written again, beside a hand-written function, libraries and Flask."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lxml import etree

from bench.database import Server
from bench.figures import Figure, Target
from bench.inside import by_hand
from bench.inside.flask_peer import FlaskEcho
from bench.inside.messages import Sample, enrolments, replies
from bench.inside.spyne_peer import SpynePeer
from bench.inside.timing import Work, microseconds
from bench.inside.zeep_peer import ZeepPeer
from bench.options import Options
from gateway.mapping import contract
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.contract_versions import NEWEST

SECTION = "Translation in process (processor time of validate + read + write; times of the floor)"

_ENGINE, _HAND, _FLOOR = "the engine", "written by hand", "floor: lxml parse + XSD validation"
_READ, _ZEEP, _SPYNE, _FLASK = (
    "of it validate + read",
    "zeep in and out",
    "spyne in and out",
    "Flask, the same bytes in and out",
)
# What the engine may cost of each (at most), and what zeep and spyne cost of the engine's (at least).
_MOST = {_HAND: 1.3, _FLOOR: 3.0, _FLASK: 1.0}
_LEAST = {_ZEEP: 6.0, _SPYNE: 11.0}
_FLASK_UP_TO = 3  # KB: what is promised of Flask's part is promised of messages of 2 KB
_SHORT, _LONG = 0.4, 0.08  # different replies of each length for each person: together more amounts than are remembered
_CHECKED = 100


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of message: its samples and the functions that a person wrote for it."""

    name: str
    record: type
    samples: Sequence[Sample]
    read: Callable[[bytes], tuple[Any, Any]]
    write: Callable[[Any, Any], bytes]


def cases(dialect: GatewayDialect, people: int) -> list[Case]:
    """What is translated, of so many people that no memory of earlier messages does the work."""
    asked = enrolments(dialect, people)
    short = replies(dialect, 3, max(int(people * _SHORT), 1))
    long = replies(dialect, 20, max(int(people * _LONG), 1))
    hand = (by_hand.read_contributions, by_hand.write_contributions)
    return [
        Case("EnrolWorker", type(asked[0].message), asked, by_hand.read_enrolment, by_hand.write_enrolment),
        Case("GetContributionsAnswer", type(short[0].message), short, *hand),
        Case("GetContributionsAnswer", type(long[0].message), long, *hand),
    ]


def translation(_: Server, options: Options) -> list[Figure]:
    """What the engine costs beside each of the others, for a request and for replies of 2 and 10 KB."""
    dialect = GatewayDialect(NEWEST)
    with TemporaryDirectory(prefix="bench-") as folder:
        zeep = ZeepPeer(Path(folder))
        return [figure for case in cases(dialect, options.people) for figure in _figures(dialect, case, zeep, options)]


def _figures(dialect: GatewayDialect, case: Case, zeep: ZeepPeer, options: Options) -> list[Figure]:
    _check(dialect, case)
    works, notes = _works(dialect, case, zeep)
    spent = microseconds(works, options.seconds, options.repetitions)
    size = sum(len(sample.document.body) for sample in case.samples) / len(case.samples) / 1000
    title, mine = f"{case.name}, {size:.1f} KB", spent[_ENGINE]
    beside = {name: used for name, used in spent.items() if name != _ENGINE}
    ratios = [
        Figure(SECTION, f"  of {name}", mine / spent[name], "x", Target(most, at_most=True))
        for name, most in _MOST.items()
        if name != _FLASK or size < _FLASK_UP_TO
    ]
    ratios += [
        Figure(SECTION, f"  {name}, of the engine's", spent[name] / mine, "x", Target(least))
        for name, least in _LEAST.items()
        if name in spent
    ]
    return [Figure(SECTION, title, mine, "us", None, beside, notes), *ratios]


def _works(dialect: GatewayDialect, case: Case, zeep: ZeepPeer) -> tuple[Mapping[str, Work], list[str]]:
    samples, many = case.samples, len(case.samples)
    bodies = [sample.document.body for sample in samples]
    floor, flask = Floor(), FlaskEcho()

    def engine(number: int) -> None:
        sample = samples[number % many]
        message, control = dialect.read(sample.document, sample.about)
        dialect.write(message, control, sample.about)

    def read(number: int) -> None:
        sample = samples[number % many]
        dialect.read(sample.document, sample.about)

    works: dict[str, Work] = {
        _ENGINE: engine,
        _READ: read,
        _HAND: lambda number: case.write(*case.read(bodies[number % many])),
        _FLOOR: lambda number: floor(bodies[number % many]),
        _ZEEP: lambda number: zeep.through(bodies[number % many]),
        _FLASK: lambda number: flask(bodies[number % many]),
    }
    try:
        spyne = SpynePeer(etree.QName(etree.fromstring(bodies[0])[1][0]).localname, case.record)
        spyne.through(bodies[0])
    except RuntimeError as problem:
        return works, [f"{_SPYNE}: not measured, {problem}"]
    return works | {_SPYNE: lambda number: spyne.through(bodies[number % many])}, []


class Floor:
    """What nobody who validates can do without: libxml2 parses, and looks at block and payload by the schema."""

    def __init__(self) -> None:
        self._schema = etree.XMLSchema(etree.fromstring(contract.xsd(NEWEST)))
        self._parser = etree.XMLParser(
            encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, collect_ids=False
        )

    def __call__(self, body: bytes) -> None:
        """Parse and validate; AssertionError for what is not valid."""
        header, content = etree.fromstring(body, self._parser)
        assert self._schema.validate(header[0])
        assert self._schema.validate(content[0])


def _check(dialect: GatewayDialect, case: Case) -> None:
    """Both ways give the same record and the very same document: else one of them would be measured doing less."""
    for sample in case.samples[:_CHECKED]:
        assert dialect.read(sample.document, sample.about) == (sample.message, sample.control)
        assert case.read(sample.document.body) == (sample.message, sample.control)
        assert case.write(sample.message, sample.control) == sample.document.body
