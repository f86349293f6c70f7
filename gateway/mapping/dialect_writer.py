"""Generates the function that writes one plan: (record, writing, group to fill) -> the group."""

from collections.abc import Callable
from typing import Any

from gateway.mapping.compile import Source
from gateway.mapping.dialect_plan import Path, Plan, Step
from gateway.mapping.dialect_reader import member
from gateway.mapping.dialect_reading import Form, Writing
from gateway.model.shape import shapes

Writer = Callable[[Any, Writing, Form], Form]


def writer(plan: Plan, absent: str) -> Writer:
    """The writer of `plan`; it raises GatewayError `no_place` or `too_long_for_party` and nothing else.

    `absent`: `omit` or `empty`, where the line does not say it.
    """
    return _Writer(plan, absent).compiled()


class _Writer:
    def __init__(self, plan: Plan, absent: str) -> None:
        self._plan = plan
        self._absent = absent
        self._source = Source(f"writer of {plan.title}")
        self._groups: dict[Path, str] = {(): "d"}

    def compiled(self) -> Writer:
        with self._source.block("def write(m, c, d):"):
            steps = [step for step in self._plan.steps if step.line.only != "read" and not step.line.ignored]
            for step in steps:
                self._group(step.group)
            for step in steps:
                self._step(step)
            self._source.line("return d")
        return self._source.compiled("write")

    def _group(self, way: Path) -> str:
        if way not in self._groups:
            parent = self._group(way[:-1])
            name = self._groups[way] = f"g{len(self._groups)}"
            self._source.line(f"{name} = {parent}.setdefault({way[-1]!r}, {{}})")
        return self._groups[way]

    def _set(self, step: Step, value: str, index: int = 0) -> str:
        return f"{self._group(step.group)}[{step.names[index]!r}] = {value}"

    def _step(self, step: Step) -> None:
        line = step.line
        if line.const is not None and line.here:
            self._given(step)
        elif line.const is not None or line.fill is not None:
            const = line.const if line.const is not None else line.fill
            self._source.line(self._set(step, self._source.bind(const, "const")))
        elif line.credential:
            self._source.line(self._set(step, "c.credential()"))
        elif line.control:
            self._source.line(f"x = c.of_control({line.control!r}, {line.default!r}, {line.made!r})")
            self._value(step, line.control)
        elif line.about:
            with self._source.block("if c.about is not None:"):
                self._source.line("x = c.about." + ".".join(step.here))
                self._value(step, line.about)
        else:
            self._here(step)

    def _here(self, step: Step) -> None:
        self._fetch(step.here)
        if step.each is not None:
            inner = self._source.bind(writer(step.each, self._absent), "each")
            with self._source.block("if x:" if step.line.absent != "empty" else "if True:"):
                self._source.line(self._set(step, f"[{inner}(one, c, {{}}) for one in x]"))
        elif step.shape is not None and step.shape.many:
            with self._source.block("if x:"):
                self._guarded(step, self._set(step, f"[{self._convert(step)}(one) for one in x]"))
        elif len(step.names) > 1 and step.codes is not None:
            self._joint(step)
        else:
            self._value(step, step.line.here)

    def _fetch(self, here: Path) -> None:
        """`x` is the value at `here`, None where something around it is absent."""
        record, way = self._plan.record, "m"
        for name in here[:-1]:
            item = next(item for item in shapes(record) if item.name == name)
            record, way = item.kind, f"{way}.{name}"
            if not item.required:
                self._source.line(f"y = {way}")
                self._source.line(f"x = None if y is None else y.{'.'.join(here[here.index(name) + 1 :])}")
                return
        self._source.line(f"x = {way}.{here[-1]}")

    def _convert(self, step: Step) -> str:
        if step.codes:
            return self._source.bind(step.codes.write_one, "code")
        if step.converter is None:
            raise step.placed.invalid("nothing writes this value")
        return self._source.bind(step.converter.write, "write")

    def _guarded(self, step: Step, statement: str) -> None:
        self._source.line(f"try: {statement}")
        here = step.line.here or step.line.control or step.line.about
        self._source.line(f"except ValueError as e: raise c.no_place({here!r}, {step.place!r}, e) from None")

    def _value(self, step: Step, here: str) -> None:
        absent = step.line.absent or self._absent
        says_nothing = step.codes is not None and step.codes.can_say_nothing
        group = self._group(step.group)
        with self._source.block("if True:" if says_nothing else "if x is not None:"):
            self._guarded(step, self._set(step, f"{self._convert(step)}(x)"))
            if step.line.bytes:
                self._source.line(f"c.fits({here!r}, {group}[{step.names[0]!r}], {step.line.bytes})")
        if step.codes is not None and step.codes.has_unlisted and not says_nothing:
            reason = "nothing written here would be read as a code that is not listed"
            self._source.line(f"else: raise c.no_place({here!r}, {step.place!r}, {reason!r})")
        elif absent == "empty" and not says_nothing:
            with self._source.block("else:"):
                for index in range(1 if step.line.by_shape else len(step.names)):
                    self._source.line(self._set(step, "''", index))

    def _joint(self, step: Step) -> None:
        if step.codes is None:
            return
        group, given = self._group(step.group), step.codes.given
        cells = "".join(f"{group}.get({name!r}, ''), " for name in step.names[:given])
        write = self._source.bind(step.codes.write, "codes")
        with self._source.block("if True:" if step.codes.can_say_nothing else "if x is not None:"):
            self._guarded(step, f"cells = {write}(x, ({cells}))")
            for index in range(given, len(step.names)):
                cell = f"cells[{index - given}]"
                absent = step.line.absent or self._absent
                guard = "if True:" if absent == "empty" else f"if {cell}:"
                with self._source.block(guard):
                    self._source.line(self._set(step, f"{cell} or ''", index))

    def _given(self, step: Step) -> None:
        """The record must say what every document of this table says: anything else has no place in it."""
        const = self._source.bind(member(step), "const")
        self._fetch(step.here)
        reason = f"only {step.line.const} can be said here"
        self._source.line(f"if x != {const}: raise c.no_place({step.line.here!r}, '', {reason!r})")
