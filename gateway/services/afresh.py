"""A piece of work done afresh where another one was faster."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from gateway.errors import GatewayError
from gateway.store.work import ClashError

_TRIES = 5

Result = TypeVar("Result")


def afresh(attempt: Callable[[], Result], otherwise: GatewayError) -> Result:
    """What `attempt` gives; where it clashes, it is made again, for what was written meanwhile decides then.

    `attempt` opens the transaction itself. `otherwise` is raised where somebody was faster each time.
    """
    for _ in range(_TRIES):
        with suppress(ClashError):
            return attempt()
    raise otherwise
