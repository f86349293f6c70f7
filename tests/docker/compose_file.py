"""docker/compose.yaml as Compose sees it: anchors and merges resolved, variables at their defaults."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from tests.rules.tree import ROOT

FOLDER = ROOT / "docker"
_VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+):-(?P<default>[^}]*)\}")


@cache
def compose_file() -> Mapping[str, Any]:
    """The whole file."""
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(_VARIABLE.sub(lambda found: found["default"], text)))


def services() -> Mapping[str, Mapping[str, Any]]:
    """Its services by name."""
    return dict(compose_file()["services"])


def port_of(url: str) -> int:
    """The port in an address."""
    found = re.search(r":(\d+)(?:/|$)", url)
    assert found is not None, f"no port in {url}"
    return int(found[1])
