"""The demonstration's law as it would be after another publication."""

import shutil
from pathlib import Path

from gateway.mapping.rulebook import load_law
from gateway.rules.law import Law
from tests.gateway.services.conftest import MAPPINGS

DEMO = MAPPINGS / "demo-rules"
WAGE = '{parameter: reference_wage, region: "43", content: {monthly: 7000}}'
SHUT = """
  - parameter: closure
    subject: {what}
    region: "{region}"
    from: 2026-11-01
    content: {{what: {what}, begins: "{begins}+08:00", ends: "{ends}+08:00"}}
"""


def published(folder: Path, *, instead: tuple[str, str] = ("", ""), more: str = "") -> Law:
    """The law with one text of the rules of procedure or amounts exchanged for another, and `more` added."""
    rules = folder / "rules"
    shutil.copytree(DEMO, rules)
    old, new = instead
    assert not old or any(old in file.read_text("utf-8") for file in rules.iterdir())
    for file in rules.iterdir():
        file.write_text(file.read_text("utf-8").replace(old, new) if old else file.read_text("utf-8"), "utf-8")
    if more:
        with (rules / "procedure.yaml").open("a", encoding="utf-8") as procedure:
            procedure.write(more)
    return load_law(MAPPINGS, rules)


def closed(what: str, region: str, begins: str, ends: str) -> str:
    """A closure, as rules of procedure state it; local times of China."""
    return SHUT.format(what=what, region=region, begins=begins, ends=ends)
