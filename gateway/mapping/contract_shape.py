"""What can be called at a party and what stands in each call, whoever said it: a WSDL, or examples."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Style = Literal["document", "rpc", "encoded", "one_string", "json", "attributes", "fragment", "piped", "rows"]
Encoding = Literal["utf-8", "gb18030"]
NUMBER = "number"
"""The kind of a whole number that JSON writes as one; of XML Schema every number is a text of digits."""
GROUPED: frozenset[Style] = frozenset(("attributes", "fragment", "piped", "rows"))
"""Styles whose elements are given with the groups of their syntax around them."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element and those inside it. `kind`: its type as XML Schema names it, `string` where nothing is said.

    `values`: all that may stand in it, where that is listed; `longest`: characters, 0 where nothing is said; `at`: file
    and line where it is described; `namespace`: the one that its name is in, None where nothing is said.
    """

    name: str
    kind: str = "string"
    many: bool = False
    optional: bool = False
    inside: tuple["Element", ...] = ()
    values: tuple[str, ...] = ()
    longest: int = 0
    words: str = ""
    at: str = ""
    namespace: str | None = None

    def leaves(self, before: str = "") -> Iterator[tuple[str, "Element"]]:
        """Every element that holds a value, with its place below this one; `[]` behind what may stand several times."""
        for child in self.inside:
            place = f"{before}{child.name}{'[]' if child.many else ''}"
            if child.inside:
                yield from child.leaves(f"{place}.")
            else:
                yield place, child


@dataclass(frozen=True, slots=True)
class Called:
    """One operation: the element of its call and that of its answer, and its SOAPAction (a path, of JSON).

    `tells`: constants by which its calls are known, where the style has others than the name.
    """

    name: str
    action: str
    request: Element
    reply: Element
    at: str = ""
    tells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ContractShape:
    """All operations. `source`: what they were read from; `qualified`: whether inner elements have the namespace.

    `odd`: what the source says and this does not show, each with its place. `around`: of calls that hold one string the
    elements around it (`parameter`, `answer`, `header`); their operation is then the action, and what stands in the
    string, where that is known, the request and reply. `soap`: the version of the envelopes. `encoding`: what examples
    are written in. `layouts`: of rows, the layout of each direction and call (`request find-worker`).
    """

    source: str
    style: Style
    namespace: str
    qualified: bool
    operations: tuple[Called, ...]
    odd: Sequence[str] = ()
    around: Mapping[str, str] = field(default_factory=dict)
    soap: Literal["1.1", "1.2"] = "1.1"
    encoding: Encoding = "utf-8"
    layouts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
