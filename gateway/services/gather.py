"""Let those who arrive together be served together: whoever comes first serves all who have queued up meanwhile."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Given = TypeVar("Given")


class _Place(Generic[Asked, Given]):
    """One caller's place in the queue, and what it is given; still without it when woken: it is its turn to serve."""

    __slots__ = ("_woken", "asked", "given")

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.given: Given | BaseException | None = None
        self._woken = threading.Lock()
        self._woken.acquire()

    def wait(self) -> None:
        """Until somebody wakes this caller."""
        with self._woken:
            return

    def wake(self) -> None:
        """Let the caller go on."""
        self._woken.release()


class Gathering(Generic[Asked, Given]):
    """Serves everything that queued up while the last serving ran, at most `most` at a time; nobody waits for more.

    Each caller has a lock of its own to wait on: those who are served go on at once, however busy the next serving is.
    """

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._queue: deque[_Place[Asked, Given]] = deque()
        self._somebody_serves = False
        self._lock = threading.Lock()

    def __call__(self, asked: Asked, serve: Callable[[Sequence[Asked]], Sequence[Given | BaseException]]) -> Given:
        """Be served by `serve`, which gives one result for each; an exception among them is raised to its caller."""
        place: _Place[Asked, Given] = _Place(asked)
        with self._lock:
            self._queue.append(place)
            waits, self._somebody_serves = self._somebody_serves, True
        if waits:
            place.wait()
        if place.given is None:
            self._serve(serve)
        if isinstance(place.given, BaseException):
            raise place.given
        return place.given  # type: ignore[return-value]  # served by now, if not by another then here

    def _serve(self, serve: Callable[[Sequence[Asked]], Sequence[Given | BaseException]]) -> None:
        """Serve the first of the queue, who is this caller, and those behind; then the next in the queue serves."""
        with self._lock:
            places = [self._queue.popleft() for _ in range(min(len(self._queue), self._most))]
        try:
            given: Sequence[Given | BaseException] = serve([place.asked for place in places])
        except BaseException as problem:  # noqa: BLE001 - every caller who waits has to learn of it
            given = [problem] * len(places)
        with self._lock:
            following = self._queue[0] if self._queue else None
            self._somebody_serves = following is not None
        if following is not None:
            following.wake()
        for place, each in zip(places, given, strict=True):
            place.given = each
        for place in places[1:]:
            place.wake()
