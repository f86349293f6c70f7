"""The `codes.yaml` of a proposal: lists that other tables have, cut to what the contract allows, or left open."""

from collections.abc import Iterator, Sequence
from typing import Any

from gateway.mapping.propose_lines import Lists
from gateway.mapping.propose_text import UNDECIDED, block, flow, scalar
from gateway.mapping.tables import CodeFile, CodeLine
from gateway.model import codes as canonical

_NONE_YET = "{}"


def codes_file(lists: Lists, source: str) -> str:
    """The text of the file."""
    text = [f"# Proposed from {source}; codes that other tables know are inferred until they are seen here."]
    for name, (code, at, allowed) in lists.wanted.items():
        text += ["", f"{name}:", f"  kind: {lists.kinds[name]}"]
        text += list(_of(code, at, allowed, source)) if code is not None else list(_open(at, allowed))
    return "\n".join(text if lists.wanted else [*text, _NONE_YET]) + "\n"


def _of(code: CodeFile, at: str, allowed: Sequence[str], source: str) -> Iterator[str]:
    if code.given:
        yield f"  given: {code.given}"
    if code.unlisted:
        yield f"  unlisted: {code.unlisted}"
    kept = [line for line in code.codes if not allowed or _single(line) in allowed]
    yield "  codes:"
    for line in kept:
        yield f"    - {flow(_shown(line, kept, at))}"
    for value in allowed:
        if value not in {_single(line) for line in kept}:
            yield f"    - {flow({'there': value, 'here': UNDECIDED, 'ours': f'{source}: allowed there'})}"
    lossy = dict(code.lossy) | dict.fromkeys(_unsaid(code, kept), f"{source} allows no code for it")
    if lossy:
        yield from block({"lossy": lossy}, 2)


def _shown(line: CodeLine, kept: Sequence[CodeLine], at: str) -> dict[str, Any]:
    there: Any = line.there if isinstance(line.there, str) else [_cell(cell) for cell in line.there]
    made: dict[str, Any] = {"there": there, "here": line.here}
    if line.write and sum(other.here == line.here for other in kept) > 1:
        made["write"] = True
    return made | {"inferred": f"as in {at}: {line.known[1]}"}


def _cell(cell: Any) -> Any:
    return list(cell) if isinstance(cell, tuple) else cell


def _open(at: str, allowed: Sequence[str]) -> Iterator[str]:
    yield "  codes:"
    for value in allowed or (UNDECIDED,):
        yield f"    - {{there: {scalar(value)}, here: {scalar(UNDECIDED)}, ours: {scalar(at)}}}"


def _single(line: CodeLine) -> str:
    return line.there if isinstance(line.there, str) else ""


def _unsaid(code: CodeFile, kept: Sequence[CodeLine]) -> Iterator[str]:
    """Canonical values whose codes the contract does not allow."""
    kind = getattr(canonical, code.kind, None)
    said = {line.here for line in kept}
    for member in kind or ():
        if member.value not in said and member.value not in code.lossy:
            yield member.value
