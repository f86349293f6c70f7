"""Where a bureau lays out its answers to our differences: listed, fetched by name, and taken away once we have one."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

Act = Callable[[dict[str, bytes], str], dict[str, Any] | None]


def _waiting(answers: dict[str, bytes], name: str) -> dict[str, Any] | None:
    """All names with their sizes; of the one that is named its bytes. None where there is none of that name."""
    if not name:
        return {"jls": len(answers), "dfGrid": [{"wjm": each, "wjdx": len(file)} for each, file in answers.items()]}
    file = answers.get(name)
    if file is None:
        return None
    return {"wjm": name, "wjzy": hashlib.sha256(file).hexdigest(), "wjnr": base64.b64encode(file).decode()}


def _taken(answers: dict[str, bytes], name: str) -> dict[str, Any] | None:
    """We have it: it is not offered any more. What is gone already is gone."""
    answers.pop(name, None)
    return {"wjm": name} if name else None


CALLS: Mapping[str, Act] = {
    "/v1/differences/answers/query": _waiting,
    "/v1/differences/answers/taken": _taken,
}
"""Path -> what is done with the answers that wait."""
