"""How far a run is: a finished step stands with the digests of its files, so that a killed run goes on behind it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from gateway.batch.row_files import digest
from gateway.model.run_progress import STEPS, Progress, RunStep
from gateway.services.run_claim import Claim
from gateway.services.runtime import Runtime
from gateway.store import run_steps
from gateway.store.reconciliation import RunRow
from gateway.store.run_steps import StepRow

Tell = Callable[[Progress], None]


def in_silence(_: Progress) -> None:
    """Tell nobody."""


class Steps:
    """The steps of one run. `tell`: who is told how far it is; told again at each piece of work."""

    def __init__(self, runtime: Runtime, run: RunRow, claim: Claim, tell: Tell = in_silence) -> None:
        self._runtime, self._run, self._claim, self._tell = runtime, run, claim, tell
        with runtime.store.reading() as tx:
            self._known = run_steps.of_run(tx, run.id)

    def goes_on(self, step: RunStep, rows: int = 0, of_rows: int = 0, part: float | None = None) -> None:
        """Keep the claim, and tell how far a step is. `part`: of it, 0 to 1, where rows do not say it."""
        with self._runtime.store.work("reconciliation_prolonged") as tx:
            self._claim.renew(tx)
        self.told(step, rows, of_rows, part)

    def told(self, step: RunStep, rows: int = 0, of_rows: int = 0, part: float | None = None) -> None:
        """Tell how far a step is."""
        within = part if part is not None else rows / of_rows if of_rows else 0.0
        share = round((STEPS.index(step) + min(within, 1.0)) / len(STEPS), 4)
        run = self._run
        self._tell(Progress(run.party, run.pairing, run.day, run.id, step, rows, of_rows, share))

    def reached(self, step: RunStep) -> int:
        """How many rows a step is through with."""
        return self._known[step].rows if step in self._known else 0

    def began(self, step: RunStep) -> bool:
        """Whether a step was finished before, or is in the middle."""
        return step in self._known

    def stands(self, step: RunStep, folder: Path) -> bool:
        """Whether a step was finished and its files in `folder` are as it left them."""
        row = self._known.get(step)
        return row is not None and _as_left(row, folder)

    def finish(self, step: RunStep, rows: int, files: Sequence[Path] = ()) -> None:
        """Write down that a step is finished and what it left."""
        left = {file.name: digest(file) for file in files}
        with self._runtime.store.work("reconciliation_step") as tx:
            self._claim.renew(tx)
            self._known[step] = run_steps.reach(tx, self._run.id, step, rows, left)
        self.told(step, rows, rows, 1.0)


def result_stands(runtime: Runtime, run: str, folder: Path) -> bool:
    """Whether the result of a run that is done is as it was left; one from before steps were kept is believed."""
    with runtime.store.reading() as tx:
        row = run_steps.of_run(tx, run).get(RunStep.MATCHED)
    return row is None or _as_left(row, folder)


def _as_left(row: StepRow, folder: Path) -> bool:
    files = ((folder / name, sha256) for name, sha256 in run_steps.digests(row).items())
    return all(file.is_file() and digest(file) == sha256 for file, sha256 in files)
