"""A dialect proposed from the shape of its calls: a folder in the syntax that the engine reads, what is open marked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.mapping.check_closed import must_be_closed
from gateway.mapping.contract_shape import GROUPED, Called, ContractShape, Element
from gateway.mapping.propose_codes import codes_file
from gateway.mapping.propose_dialect import STATUS, dialect_file, said_in_every_answer
from gateway.mapping.propose_learned import Known, learned
from gateway.mapping.propose_lines import Lines, Lists
from gateway.mapping.propose_text import UNDECIDED, block, flow, item, scalar
from gateway.model.messages import EXCHANGES, Exchange

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_.\s]+")
_NOBODY = {"known": False, "found": False}
_WHERE = "decide: where it stands, or by `const` instead of `there` what it always is"
_HEAD = """\
# Proposed from {source}: what is open begins with "?", and `app.py check` lists it. In place of `here: "?"` stands what
# the element is: `here` (a canonical field), `control`, `const`, `fill`, `credential: true`, or `ignored` and why.
"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Files of a dialect by their path below `dialects/<name>/<version>/`. `messages`: those that have a table."""

    files: Mapping[str, str]
    messages: tuple[str, ...]


def propose(
    shape: ContractShape, name: tuple[str, str], messages: Mapping[str, str], mappings: Path, paths: Mapping[str, str]
) -> Proposal:
    """A proposal for the dialect `name` (name and version), learning columns from the tables under `mappings`.

    `messages`: the message of each operation, where somebody has said so; an operation called like a message is that
    message. `paths`: of JSON, the path of each operation.
    """
    known, lists = learned(mappings), Lists()
    files: dict[str, str] = {}
    taken: list[str] = []
    for called in shape.operations:
        message = messages.get(called.name) or alike(called.name)
        if message:
            taken.append(message)
        table = _Table(shape, called, EXCHANGES.get(message), known, lists, paths.get(called.name, ""))
        files[f"messages/{_file_name(message or called.name)}.yaml"] = table.text()
    files["dialect.yaml"] = dialect_file(shape, name)
    files["codes.yaml"] = codes_file(lists, shape.source)
    return Proposal(files, tuple(taken))


def part_of(shape: ContractShape, element: Element, part: str) -> str:
    """How places begin in a direction: the group of the syntax."""
    if shape.style == "json" or shape.style in GROUPED:
        return ""
    return f"{element.name.lower()}." if shape.style == "one_string" else f"{part}."


class _Table:
    """The table of one operation."""

    def __init__(
        self,
        shape: ContractShape,
        called: Called,
        exchange: Exchange | None,
        known: Mapping[str, Sequence[Known]],
        lists: Lists,
        path: str,
    ) -> None:
        self._shape = shape
        self._called = called
        self._path = path
        self._exchange = exchange
        message = exchange.name if exchange else ""
        record, reply = (exchange.request, exchange.reply) if exchange else (None, None)
        self._request = Lines(known, lists, record, None, message)
        self._reply = Lines(known, lists, reply, record, message)

    def text(self) -> str:
        called = self._called
        message = self._exchange.name if self._exchange else f"{UNDECIDED} which message {called.name} carries"
        lines = [_HEAD.format(source=self._shape.source) + f"message: {scalar(message)}", "status: inferred"]
        lines.append(f"fact: {scalar(f'{called.at}, operation {called.name}')}")
        return "\n".join([*lines, *self._requested(), *self._answered()]) + "\n"

    def _requested(self) -> Iterator[str]:
        tells = self._tells()
        yield "request:"
        yield f"  tells: {flow(tells)}"
        yield "  lines:"
        before = part_of(self._shape, self._called.request, "request")
        told = {name.removeprefix(before) for name in tells}
        leaves = [(place, each) for place, each in _flat(self._called.request) if place not in told]
        yield from self._request.of(leaves, before, 4)
        for place, element in _groups(self._called.request):
            yield from self._listed(self._request, place, element, before)
        yield from _lossy(self._request)

    def _tells(self) -> dict[str, str]:
        if self._called.tells:
            return dict(self._called.tells)
        if self._shape.style == "json":
            return {"call.path": self._path or f"{UNDECIDED} the path of the call"}
        if self._shape.style == "one_string":
            return {"call.operation": self._called.action, **self._told_apart()}
        return {"call.operation": self._called.name}

    def _told_apart(self) -> dict[str, str]:
        """Where one operation carries several messages, something in the string says which it is."""
        same = [each for each in self._shape.operations if each.action == self._called.action]
        return {f"{UNDECIDED} what tells it from the others": UNDECIDED} if len(same) > 1 else {}

    def _answered(self) -> Iterator[str]:
        reply, lines = self._called.reply, self._reply
        before = part_of(self._shape, reply, "reply")
        yield "reply:"
        if self._exchange and must_be_closed(self._exchange.reply, self._exchange.name):
            yield "  closed: true"
        if self._shape.style == "one_string":
            yield f"  tells: {flow({'call.operation': self._called.action})}"
        elif self._shape.style not in ("json", "attributes", "piped", "rows"):
            yield f"  tells: {flow(self._tells())}"
        groups = list(_groups(reply))
        leaves = [(place, each) for place, each in _flat(reply) if not self._is_status(place)]
        if len(groups) == 1 and lines.list_field() is None and self._exchange is not None:
            yield from self._rows(groups[0], leaves, before)
            return
        yield "  lines:"
        yield from lines.of(leaves, before, 4)
        for place, element in groups:
            yield from self._listed(lines, place, element, before)
        yield from _lossy(lines)

    def _is_status(self, place: str) -> bool:
        """Whether the lines of every answer have the element already."""
        return place.lower() in STATUS or place in said_in_every_answer(self._shape)

    def _rows(self, group: tuple[str, Element], leaves: Sequence[tuple[str, Element]], before: str) -> Iterator[str]:
        """The record is a row of the only list; what stands beside the rows is no field of it."""
        place, element = group
        yield "  rows:"
        yield f"    there: {before}{place}"
        yield "    take: one"
        nobody = {name: value for name, value in _NOBODY.items() if self._has(name)}
        self._reply.used.update(nobody)
        yield f"    none: {flow({'here': nobody} if nobody else {'error': 'not_found'})}"
        if leaves:
            yield "  head:"
            yield from Lines({}, Lists(), None).of(leaves, before, 4)
        yield "  lines:"
        for name in nobody:
            yield f"    - {{here: {name}, const: true}}"
        yield from self._reply.of(list(_flat(element)), "", 4)
        yield from _lossy(self._reply)

    def _has(self, name: str) -> bool:
        return any(path == name for path, _ in self._reply.missing())

    def _listed(self, lines: Lines, place: str, element: Element, before: str) -> Iterator[str]:
        """A list of groups: the list of records of the message, where it has one that nothing else fills."""
        shape = lines.list_field()
        field = shape.name if shape is not None and shape.name not in lines.used else UNDECIDED
        yield f"    - there: {before}{place}"
        yield f"      here: {scalar(field)}"
        yield f"      inferred: {scalar(f'{element.at}: may stand several times')}"
        if shape is None or field == UNDECIDED:
            return
        lines.used.add(field)
        yield "      each:"
        inner = lines.inside(shape)
        yield from inner.of(list(_flat(element)), "", 8)
        for path, required in inner.missing():
            if required:
                made = {"there": UNDECIDED, "here": path, "ours": element.at}
                yield item(made, 8, _WHERE)


def _lossy(lines: Lines) -> Iterator[str]:
    """What nothing carries: required fields need a line, the others a reason."""
    missing = list(lines.missing())
    for path, required in missing:
        if required:
            yield f'    - {{there: "{UNDECIDED}", here: {path}, ours: to be decided}} # {_WHERE}'
    reasons = {
        path: f"{UNDECIDED} why nothing carries it, or give it a line" for path, required in missing if not required
    }
    if reasons:
        yield from block({"lossy": reasons}, 2)


def _flat(element: Element) -> Iterator[tuple[str, Element]]:
    """Values that stand once, or as a list of values."""
    for place, leaf in element.leaves():
        plain = place.removesuffix("[]")
        if "[]" not in plain:
            yield plain, leaf


def _groups(element: Element, before: str = "") -> Iterator[tuple[str, Element]]:
    """Groups that may stand several times, the outermost ones."""
    for child in element.inside:
        if child.inside and child.many:
            yield before + child.name, child
        elif child.inside:
            yield from _groups(child, f"{before}{child.name}.")


def alike(name: str) -> str:
    """The message that an operation is called like, "" where there is none."""
    plain = re.sub(r"[-_.]", "", name).lower()
    return next((message for message in EXCHANGES if message.lower() == plain), "")


def _file_name(name: str) -> str:
    return "-".join(part.lower() for part in _WORD.split(name) if part)
