import re
from typing import get_args

from prometheus_client import Counter, Gauge, Histogram

from adapters.party.conversation import ODD
from gateway.security.tokens import LIFETIME
from gateway.services import metrics
from gateway.settings import documented
from gateway.store.journal_findings import ProblemKind
from gateway.store.work import LOCK_WAIT_SECONDS
from gateway.web.serve import PATIENCE_SECONDS
from gateway.web.soap.operations import OPERATIONS
from gateway.web.table import RESOURCES
from tests.rules.tree import ROOT

TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(?P<body>.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/operations.md has no section {title}"
    return found["body"]


def rows(title: str, columns: int) -> list[tuple[str, ...]]:
    """The rows of the tables of that width in a section, without their heads."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    return [row for row in cells if len(row) == columns and row[0].startswith("`")]


def test_the_table_of_settings_is_the_list_that_the_gateway_reads() -> None:
    given = {name.strip("`"): (default.strip("`"), purpose) for name, default, purpose in rows("Settings", 3)}
    assert given == documented()


def test_every_metric_is_explained_and_no_other() -> None:
    counted = [
        family
        for each in [*vars(metrics).values(), ODD]
        if isinstance(each, Counter | Gauge | Histogram)
        for family in each.collect()
    ]
    exposed = {f"{family.name}_total" if family.type == "counter" else family.name for family in counted}
    assert {name.strip("`") for name, _, _ in rows("Health and metrics", 3)} == exposed


def test_every_problem_of_the_journal_is_explained_and_no_other() -> None:
    assert [name.strip("`") for name, _ in rows("The journal", 2)] == list(get_args(ProblemKind))


def test_every_scope_is_named() -> None:
    scopes = {each.scope for each in RESOURCES if each.scope} | {each.scope for each in OPERATIONS.values()}
    said = re.search(r"Scopes: (?P<list>.*?)\. `party`", section("Callers"), re.DOTALL)
    assert said is not None
    assert set(re.findall(r"`([a-z]+:[a-z]+)`", said["list"])) == scopes


def test_times_that_are_told_are_those_that_are_kept() -> None:
    assert LIFETIME.total_seconds() == 600
    assert "Ten minutes after" in section("Keys")
    assert LOCK_WAIT_SECONDS == 2
    assert "ends after two seconds" in section("PostgreSQL")
    assert f"finishes its requests ({PATIENCE_SECONDS} s)" in section("Processes and ports")
