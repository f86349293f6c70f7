"""The gate of continuous integration: a run in which anything was left out is a failed run.

Active under CI=true only, so that one test can be picked by hand elsewhere.
"""

import os
from collections.abc import Sequence

import pytest

LEFT_OUT = ("skipped", "xfailed", "xpassed", "deselected")


class Gate:
    """Counts what was left out, in this process and in the workers of a divided run."""

    def __init__(self) -> None:
        self.deselected = 0
        self.complaint = ""

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Count here: a worker of a divided run does not report deselection upwards by itself."""
        self.deselected += len(items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take over what a worker counted; every worker sees all tests, so the largest number is the number."""
        self.deselected = max(self.deselected, getattr(node, "workeroutput", {}).get("deselected", 0))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn a green run into a failed one when it was not a whole run."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["deselected"] = self.deselected
            return
        self.complaint = self._complaint(session)
        if self.complaint and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _complaint(self, session: pytest.Session) -> str:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        stats = {} if reporter is None else reporter.stats
        counts = {kind: len(stats.get(kind, ())) for kind in LEFT_OUT}
        counts["deselected"] = max(counts["deselected"], self.deselected)
        found = [f"{number} {kind}" for kind, number in counts.items() if number]
        if not stats.get("passed") and not stats.get("failed") and not stats.get("error"):
            found.append("no test ran")
        return ", ".join(found)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say why, above the closing line of pytest."""
        if self.complaint:
            terminalreporter.section("not a whole run", red=True)
            terminalreporter.line(f"CI=true refuses this run: {self.complaint}")


def pytest_configure(config: pytest.Config) -> None:
    """Put the gate up where it is asked for."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        config.pluginmanager.register(Gate(), "gate")
