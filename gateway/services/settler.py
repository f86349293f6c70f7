"""Settle legs as they come back, in one thread: all that came back while the transaction before ran share the next."""

import threading
from collections import deque
from collections.abc import Sequence

from gateway.services.runtime import Runtime
from gateway.services.settle import Returned, settle_all

_MOST = 64
_BEHIND = 2 * _MOST


class Settler:
    """Takes legs from the threads that carried them, which go on to their next leg at once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._returned: deque[Returned] = deque()
        self._arrived = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="settler", daemon=True)
        self._thread.start()

    @property
    def behind(self) -> bool:
        """Whether so many legs wait that no more should be carried for the moment."""
        return len(self._returned) > _BEHIND

    def put(self, returned: Sequence[Returned]) -> None:
        """Have legs settled soon."""
        with self._arrived:
            self._returned.extend(returned)
            self._arrived.notify()

    def close(self) -> None:
        """Come back when all that was put has been settled."""
        with self._arrived:
            self._closed = True
            self._arrived.notify()
        self._thread.join()

    def _run(self) -> None:
        while batch := self._take():
            settle_all(self._runtime, batch)

    def _take(self) -> Sequence[Returned]:
        """What has come back, oldest first; empty only once closed and done."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._returned or self._closed)
            return [self._returned.popleft() for _ in range(min(len(self._returned), _MOST))]
