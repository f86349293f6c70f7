"""Let those who arrive together be served together: whoever comes first serves all who have queued up meanwhile."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Given = TypeVar("Given")


class _Place(Generic[Asked, Given]):
    """One caller's place in the queue, and what it is given."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.given: Given | BaseException | None = None


class Gathering(Generic[Asked, Given]):
    """Serves everything that queued up while the last serving ran, at most `most` at a time; nobody waits for more."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._queue: deque[_Place[Asked, Given]] = deque()
        self._serving = threading.Lock()

    def __call__(self, asked: Asked, serve: Callable[[Sequence[Asked]], Sequence[Given | BaseException]]) -> Given:
        """Be served by `serve`, which gives one result for each; an exception among them is raised to its caller."""
        place: _Place[Asked, Given] = _Place(asked)
        self._queue.append(place)
        while place.given is None:
            with self._serving:
                if place.given is None:
                    self._serve_all(serve)
        if isinstance(place.given, BaseException):
            raise place.given
        return place.given

    def _serve_all(self, serve: Callable[[Sequence[Asked]], Sequence[Given | BaseException]]) -> None:
        places = [self._queue.popleft() for _ in range(min(len(self._queue), self._most))]
        try:
            given: Sequence[Given | BaseException] = serve([place.asked for place in places])
        except BaseException as problem:  # noqa: BLE001 - every caller who waits has to learn of it
            given = [problem] * len(places)
        for place, each in zip(places, given, strict=True):
            place.given = each
