"""Files of generated rows: good ones, those that are wrong in a cell or two, and those that are no rows."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from gateway.model.column_plan import ColumnPlan, Constant, Identified, Value
from tests.gateway.batch.texts import GOOD, NEAR, ODD, WHITE

_MOSTLY, _ABSENT, _OVERLONG = 0.7, 0.25, 0.02
_BROKEN = [b"\xff", b"\x81", b"\x830", b"\x81\x30\x81", b"\xfe\xfe\xff"]
_ROWS = 120
_ONE_IN = 25  # rows for each way of being no row at all


def files(plan: ColumnPlan) -> st.SearchStrategy[bytes]:
    """The bytes of a file of rows, in its encoding but for what is broken on purpose. A row is drawn as a seed."""
    seeds = st.lists(st.integers(0, 2**64 - 1), min_size=_ROWS // 2, max_size=_ROWS) | st.lists(
        st.integers(0, 2**64 - 1)
    )
    last = st.sampled_from((b"\n", b"\r\n", b"", b"\r"))
    return st.builds(lambda rows, end: _file([Random(seed) for seed in rows], end, plan), seeds, last)


def every_odd_text(plan: ColumnPlan) -> bytes:
    """A file in which every odd text stands in every column once, in rows that are good otherwise."""
    lot, lines = Random(plan.message), []
    for at in range(len(plan.columns)):
        for text in odd_texts(plan, at):
            cells = _cells(lot, plan)
            cells[at] = text
            lines.append(_joined(lot, cells, plan))
    lines += [_joined(lot, cells, plan) for cells in _identified(lot, plan)]
    return b"".join(line + b"\n" for line in lines)


def _identified(lot: Random, plan: ColumnPlan) -> Iterator[list[str]]:
    """Rows in which every odd identity number stands beside every kind of document."""
    for step in (step for step in plan.steps if isinstance(step, Identified)):
        values = [value for value in plan.steps if isinstance(value, Value)]
        numbers = {plan.columns.index(value.columns[0]) for value in values if value.here == step.number}
        kinds = [value for value in values if value.here == step.id_type]
        for kind in kinds:
            for (code,), _ in plan.codes[kind.codes].exact:
                for text in odd_texts(plan, min(numbers)):
                    cells = [text if at in numbers else cell for at, cell in enumerate(_cells(lot, plan))]
                    cells[plan.columns.index(kind.columns[0])] = code
                    yield cells


def odd_texts(plan: ColumnPlan, at: int) -> Sequence[str]:
    """Texts that are nearly what the column holds, and those that are odd anywhere."""
    read = [step for step in plan.steps if isinstance(step, Value) and plan.columns[at] in step.columns]
    near = [text for step in read for text in NEAR.get("text" if step.kind == "name" else step.kind, ())]
    for step in read:
        if step.kind == "code":
            known = [cells[step.columns.index(plan.columns[at])] or "" for cells, _ in plan.codes[step.codes].exact]
            near += [text for code in known[:2] for text in (f"{code}x", *(f"{code}{white}" for white in WHITE))]
            near += [f"{white}{code}" for code in known[:1] for white in WHITE]
    return near + ODD if near else ODD


def _file(rows: Sequence[Random], end: bytes, plan: ColumnPlan) -> bytes:
    lines = [_line(lot, plan) + lot.choice((b"\n", b"\r\n")) for lot in rows]
    if lines:
        lines[-1] = lines[-1].rstrip(b"\r\n") + end
    return b"".join(lines)


def _line(lot: Random, plan: ColumnPlan) -> bytes:
    cells = _cells(lot, plan)
    for _ in range(lot.choice((0, 0, 1, 1, 2))):
        at = lot.randrange(len(cells))
        cells[at] = lot.choice(odd_texts(plan, at)) if lot.random() < _MOSTLY else _text(lot)
    line = _joined(lot, cells, plan)
    at = lot.randint(0, len(line))
    match lot.randrange(_ONE_IN):
        case 0:
            return line + plan.separator.encode() + b"1"
        case 1:
            return line[:at]
        case 2:
            return line[:at] + lot.choice(_BROKEN) + line[at:]
        case _:
            return line


def _cells(lot: Random, plan: ColumnPlan) -> list[str]:
    made, of = dict.fromkeys(plan.columns, ""), dict[str, Sequence[str]]()
    for step in plan.steps:
        if isinstance(step, Constant) and step.column:
            made[step.column] = str(step.value)
        elif isinstance(step, Value):
            said = of[step.here] if step.again else _good(lot, step, plan)
            of.setdefault(step.here, said)
            made |= dict(zip(step.columns, said, strict=True))
    return list(made.values())


def _good(lot: Random, step: Value, plan: ColumnPlan) -> Sequence[str]:
    if not step.required and lot.random() < _ABSENT:
        return [""] * len(step.columns)
    if step.kind == "code":
        table = plan.codes[step.codes]
        wanted = lot.choice([cells for cells, _ in (*table.exact, *table.loose)])
        return [lot.choice(("", "7")) if cell is None else cell for cell in wanted]
    if step.kind == "id_number":
        return [_identity_number(lot)]
    return [lot.choice(("13800138000", "19912345678") if step.pattern else GOOD[step.kind])]


def _identity_number(lot: Random) -> str:
    """Of any kind, with the right check digit; the kind beside it is drawn apart and mostly another."""
    born = date(1900, 1, 1) + timedelta(days=lot.randrange(40_000))
    if lot.random() < _ABSENT:
        return lot.choice((f"ABC8503{born:%y%m%d}12", f"110101{born:%y%m%d}071"))
    body = f"{lot.choice(('110101', '110101', '110101', '810000', '911124'))}{born:%Y%m%d}{lot.randrange(1000):03d}"
    number = body + mod_11_2.calc_check_digit(body)
    return lot.choice((number, number.lower(), number.translate({ord("1"): "１", ord("X"): "Ｘ"})))


def _text(lot: Random) -> str:
    codes = (
        lot.choice((lot.randrange(128), lot.randrange(0x3000), lot.randrange(0x20000))) for _ in range(lot.randrange(8))
    )
    return "".join(chr(code) for code in codes if not 0xD800 <= code < 0xE000).replace("\n", "")


def _joined(lot: Random, cells: Sequence[str], plan: ColumnPlan) -> bytes:
    return _fixed(lot, cells, plan) if plan.widths else plan.separator.join(cells).encode(plan.encoding)


def _fixed(lot: Random, cells: Sequence[str], plan: ColumnPlan) -> bytes:
    made = b""
    for cell, width in zip(cells, plan.widths, strict=True):
        filled = cell.encode(plan.encoding).ljust(width)
        made += filled if lot.random() < _OVERLONG else filled[:width]
    return made
