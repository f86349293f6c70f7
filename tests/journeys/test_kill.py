"""Kill -9 at every named point, found by tracing: nothing is lost, nothing is done twice, nothing is stuck."""

import random
import re
import signal
import threading
from functools import partial
from pathlib import Path

import pytest

from tests.journeys.campaign import WAYS, Campaign, Way, assert_journal_holds
from tests.journeys.conftest import Runs
from tests.journeys.launcher import ROOT
from tests.journeys.system import LEASE, Plan, Served, System

KILLED = -signal.SIGKILL
SEED, KILLS = 20260310, 50
OURS = ("gateway", "adapters", "app.py")
# Passed by the timetable, at the latest when an hour has gone by.
HOUSEKEEPING, HOUR, ROUND = ("firing", "fired", "forget"), 3600, "commit.forget.after"
# Commits that enrolments do not pass; each has tests of its own beside the code that makes it.
ELSEWHERE = {
    "hold": "a region stays silent until the month is nearly lost",
    "unpaid": "nobody pays until the month is over",
    "operate": "an operator's command",
    "anew": "a leg still waits when another day begins",
    "look_up": "a platform reads the records of its worker",
    "change": "somebody who is registered changes or ends it",
    "part_unfinished": "a payment in parts is not whole by its last day",
    "payment_notice": "a payment is posted, reversed or corrected",
    "refund": "somebody claims or decides a refund",
    "correction": "an operator has a payment booked in another month",
    "refund_result": "a bureau pushes what became of a refund",
    "top_up": "a base is published that a levy had only provisionally",
    "statement_begins": "a statement of a tax bureau comes in",
    "statement_piece": "its bytes are kept",
    "statement": "it is checked and stands",
    "statement_answered": "whoever uploaded it is answered",
    "statement_dropped": "it broke off on the way",
    "ledger_partition": "a day of the ledger is written for its reconciliation",
    "reconciliation_begins": "a day is reconciled",
    "statement_partition": "the rows of a statement are written for it",
    "reconciliation_prolonged": "its sides are put together and matched",
    "reconciliation_alive": "a step of it takes longer than a part of its claim",
    "reconciliation_step": "one of its steps is finished",
    "reconciliation_breaks": "what does not agree is kept",
    "reconciliation_closed": "what agrees by now is closed",
    "reconciliation": "the run stands",
    "reconciliation_failed": "it came to no end",
    "differences_made": "a file of differences is made for a bureau",
    "differences_again": "one that failed is sent once more",
    "differences_sending": "it is about to be sent",
    "differences_sent": "the bureau has it",
    "differences_not_sent": "the bureau could not be reached, or does not want it",
    "differences_answered": "whoever had it sent, or sent an answer in, is answered",
    "difference_answer": "a bureau answers",
    "difference_answer_refused": "its answer cannot be read",
    "break": "a person claims, comments, resolves or reopens a break",
    "book_shut": "nothing is booked any more into a day that is about to be closed",
    "book_closing": "an accountant closes a day, a month or a year",
    "book_signature": "a second person signs it",
    "book_entry": "an accountant enters what a bank shows and no message tells",
    "check_part": "the treasury sends a part of what it posted",
    "check_packages": "it asks which packages are here",
    "check_package": "all parts of one are here",
    "check_asked": "one is missing, and asked for",
    "payments_stated": "statements are read for payments whose receipts are lacking",
    "receipt_rebuilt": "a receipt is rebuilt from a statement",
    "receipt_not_rebuilt": "one cannot be",
}

Passed = dict[str, Way]


def trace(system: System, folder: Path) -> tuple[Passed, Passed]:
    """The points that gateway and worker pass, each with the first way that passes it."""
    files = folder / "gateway.trace", folder / "worker.trace"
    for process, file in zip((system.gateway, system.worker), files, strict=True):
        process.start(TRACE_POINTS=str(file))
    passed: tuple[Passed, Passed] = ({}, {})
    campaign = Campaign(system)
    for way in WAYS:
        campaign.begin(way)
        campaign.finish()
        system.until(lambda: ROUND in files[1].read_text(encoding="ascii"), "a round of the timetable")
        for found, file in zip(passed, files, strict=True):
            for point in file.read_text(encoding="ascii").split():
                found.setdefault(point, way)
    campaign.assert_ended_well()
    return passed


def named_in_the_code() -> set[str]:
    """The commits that the code names."""
    files = [path for part in OURS for path in ([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"))]
    return {name for path in files for name in re.findall(r"\.work\(\"(\w+)\"\)", path.read_text(encoding="utf-8"))}


class Reaper:
    """Lets a process die at one point after the other: it is started again for the next one as soon as it is dead."""

    def __init__(self, system: System, process: Served, points: Passed) -> None:
        self._system = system
        self._process = process
        self._points = list(points)
        self.deaths: list[int | None] = []
        self._arm()

    def revive(self) -> None:
        """Start the process again where it is dead."""
        if not self._process.running:
            self.deaths.append(self._process.process.status())
            self._arm()

    def _arm(self) -> None:
        left = self._points[len(self.deaths) :]
        # Time may pass at once where nobody carries anything: until the lease of the dead one is over, or its job due.
        if self._process is self._system.worker:
            self._system.clock.skip(HOUR if left and left[0].split(".")[1] in HOUSEKEEPING else LEASE)
        self._process.start(**({"KILL_POINT": left[0]} if left else {}))


def kill_at_each(campaign: Campaign, process: Served, points: Passed) -> None:
    """Let `process` die at each point once, with journeys under way, and let the journeys end."""
    system = campaign.system
    reaper = Reaper(system, process, points)
    system.platform.on_silence = reaper.revive

    def dead(number: int, way: Way) -> bool:
        ended = campaign.tend()
        reaper.revive()
        if ended and len(reaper.deaths) <= number:
            # A journey need not pass every point of its way: a decision that is pushed in time is not asked for.
            campaign.begin(way)
        return len(reaper.deaths) > number

    for number, (point, way) in enumerate(points.items()):
        if len(reaper.deaths) <= number:
            campaign.begin(way)
        system.until(partial(dead, number, way), f"the end at {point}")
    campaign.finish()
    assert reaper.deaths == [KILLED] * len(points)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("which", ["worker", "gateway"])
def test_a_process_killed_at_any_point_loses_nothing_and_doubles_nothing(
    runs: Runs, kind: str, which: str, tmp_path: Path
) -> None:
    with runs.new(kind, Plan(pay_after=None)) as system:
        of_gateway, of_worker = trace(system, tmp_path)
        process, points = (system.worker, of_worker) if which == "worker" else (system.gateway, of_gateway)
        process.stop()
        campaign = Campaign(system)
        kill_at_each(campaign, process, points)
        campaign.assert_ended_well()
        assert_journal_holds(system)


def test_the_traced_journeys_pass_every_commit_that_the_code_names(runs: Runs, tmp_path: Path) -> None:
    with runs.new("sqlite", Plan(pay_after=None)) as system:
        passed = {*(found := trace(system, tmp_path))[0], *found[1]}
    commits = {point.split(".")[1] for point in passed if point.startswith("commit.")}
    assert named_in_the_code() - commits == set(ELSEWHERE)
    assert {point.removesuffix(".before") for point in passed if point.endswith(".before")} == {
        point.removesuffix(".after") for point in passed if point.endswith(".after")
    }


@pytest.mark.timeout(600)
def test_fifty_kills_at_random_moments_lose_nothing_and_double_nothing(runs: Runs, kind: str) -> None:
    chance = random.Random(SEED)
    with runs.new(kind, Plan(workers=2, pay_after=None)) as system:
        system.start()
        campaign = Campaign(system)
        pause = threading.Event()
        for number in range(KILLS):
            if number % 4 == 0:
                campaign.begin(chance.choice(WAYS))
            pause.wait(chance.uniform(0, 0.4))
            campaign.tend()
            process = chance.choice(system.processes)
            process.kill()
            process.start()
        system.start()
        campaign.finish()
        campaign.assert_ended_well()
        assert_journal_holds(system)
