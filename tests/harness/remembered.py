"""What tests read again and again is parsed once for each process of a run: the documents of `mappings/`.

A document is known by its bytes, so one that a test has changed is parsed as ever. Whoever asks gets data of their own;
the nodes, which only say where everything stands, are shared.
"""

import pickle
from functools import lru_cache
from typing import Any

import pytest
import yaml

_DOCUMENTS = 2000  # about twice as many as `mappings/` has


def remember() -> None:
    """From now on a document that was parsed before in this process is not parsed again."""
    from gateway.mapping import rulefile

    parse = rulefile.parsed

    @lru_cache(_DOCUMENTS)
    def kept(content: bytes) -> tuple[bytes, yaml.Node]:
        data, node = parse(content)
        return pickle.dumps(data, pickle.HIGHEST_PROTOCOL), node

    def parsed(content: bytes) -> tuple[Any, yaml.Node]:
        data, node = kept(content)
        return pickle.loads(data), node  # noqa: S301 - written a line above, by this process

    rulefile.parsed = parsed


def pytest_configure(config: pytest.Config) -> None:
    """Remember from the start: many tests read while they are collected."""
    remember()
