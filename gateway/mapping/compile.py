"""Generated Python: the lines of a module and the values they refer to, compiled once at start.

A plan that is interpreted per message costs more than the parsing of the message; a plan that is written out as the
function that a careful person would have written costs nothing beyond it.
"""

import linecache
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from types import CodeType
from typing import Any

_INDENT = "    "
_serial = count(1)


class Source:
    """Lines of generated Python. Nothing that came from outside is ever put into a line: values are bound by name."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._lines: list[str] = []
        self._depth = 0
        self._values: dict[str, object] = {}
        self._names: dict[int, str] = {}

    def line(self, text: str) -> None:
        """Add one line at the present depth."""
        self._lines.append(_INDENT * self._depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add `head` and indent what is added inside."""
        self.line(head)
        self._depth += 1
        yield
        self._depth -= 1

    def bind(self, value: object, hint: str) -> str:
        """The name by which generated lines refer to `value`; the same value gets the same name."""
        known = self._names.get(id(value))
        if known is None:
            known = self._names[id(value)] = f"{hint}_{len(self._names)}"
            self._values[known] = value
        return known

    def text(self) -> str:
        """What was generated, for reading and for tracebacks."""
        return "\n".join(self._lines) + "\n"

    def compiled(self, name: str) -> Callable[..., Any]:
        """Compile everything and hand out the function `name`."""
        space = dict(self._values)
        exec(_code(self._title, self.text()), space)  # noqa: S102 - lines made from our own dataclasses, never from a message
        made: Callable[..., Any] = space[name]  # type: ignore[assignment]  # what was compiled is a function
        return made


@cache  # parties that speak one dialect share its lines, and differ only in the values that these refer to
def _code(title: str, text: str) -> CodeType:
    file = f"<{title} {next(_serial)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    return compile(text, file, "exec")
