"""What has to be there before a day is closed, as dated data."""

from dataclasses import dataclass

from gateway.rules.dated import Parameter


@dataclass(frozen=True, slots=True)
class ClosingRule:
    """Before a day is closed: the pairings that must have been reconciled for it, and whether breaks may stand."""

    pairings: tuple[str, ...]
    open_breaks: bool = True


CLOSING = Parameter("closing", ClosingRule)
