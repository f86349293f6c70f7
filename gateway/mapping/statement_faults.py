"""The faults of one file while it is read, up to as many as are told."""

from gateway.mapping.statement_lines import Line
from gateway.model.statement import StatementFault


class Faults:
    """Collects faults. `over`: there is no sense in reading on."""

    def __init__(self, most: int) -> None:
        self.listed: list[StatementFault] = []
        self.over = False
        self._most = most

    @property
    def full(self) -> bool:
        """Whether there are as many as are told."""
        return len(self.listed) >= self._most

    def add(self, line: Line, byte: int, code: str, expected: str, found: str, field: str = "") -> None:
        """Note a fault at a byte of a line; the value itself never stands in `found`."""
        if not self.full:
            self.listed.append(StatementFault(line.number, line.start + byte, code, expected, found, field))
