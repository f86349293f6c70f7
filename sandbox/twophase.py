"""Trades in two phases: what is called holds until it is confirmed, and is forgotten when it is cancelled."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sandbox.ground import Ground
from sandbox.indicators import Record

Standing = Literal["uncertain", "confirmed", "cancelled"]


@dataclass(slots=True)
class Trade:
    """One trade: of which function, under which of our references; `effect` lets it take effect."""

    function: str
    reference: str
    code: str
    effect: Callable[[], Record]
    standing: Standing = "uncertain"


class Trades:
    """The trades of one party, by serial."""

    def __init__(self, code: str, ground: Ground) -> None:
        self._code = code
        self._ground = ground
        self._trades: dict[str, Trade] = {}
        self._given = 0

    def clear(self) -> None:
        """Forget every trade."""
        self._trades.clear()

    def hold(self, function: str, reference: str, effect: Callable[[], Record]) -> tuple[str, str]:
        """A new uncertain trade: its serial and its verification code."""
        moment = self._ground.clock.now().strftime("%Y%m%d%H%M%S")
        self._given += 1
        serial = f"{self._code}{moment}{self._given % 10_000:04d}"
        code = f"{secrets.randbelow(10**15):015d}"
        self._trades[serial] = Trade(function, reference, code, effect)
        return serial, code

    def drop(self, serial: str) -> None:
        """Nothing was held: the serial was made up."""
        del self._trades[serial]

    def find(self, serial: str) -> Trade | None:
        """The trade under a serial."""
        return self._trades.get(serial)

    def uncertain(self, function: str) -> list[tuple[str, Trade]]:
        """What is neither confirmed nor cancelled, oldest first; of every function where none is named."""
        return [
            (serial, trade)
            for serial, trade in self._trades.items()
            if trade.standing == "uncertain" and function in ("", trade.function)
        ]
