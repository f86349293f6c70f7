"""How far a reconciliation is, on standard error: a bar for people, a line a step for logs, JSON for machines."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click

from gateway.model.run_progress import STEPS, Progress

_WIDTH = 30
_WHOLE = 1.0
Tell = Callable[[Progress], None]


@contextmanager
def progress_shown(*, as_json: bool) -> Iterator[Tell]:
    """Whom a run tells how far it is, while the block lasts."""
    if as_json:
        yield _json
    elif sys.stderr.isatty():
        yield _bar
        click.echo("\r\x1b[K", err=True, nl=False)
    else:
        yield _Lines().told


def _json(progress: Progress) -> None:
    click.echo(json.dumps({"progress": asdict(progress)}, ensure_ascii=False), err=True)


def _bar(progress: Progress) -> None:
    full = int(progress.share * _WIDTH)
    click.echo(f"\r\x1b[K[{'#' * full}{'-' * (_WIDTH - full)}] {said(progress)}", err=True, nl=False)


class _Lines:
    """A line whenever another step begins, and at the end of the last."""

    def __init__(self) -> None:
        self._last: tuple[str, str, bool] | None = None

    def told(self, progress: Progress) -> None:
        """Say how far it is, where that is news."""
        news = (progress.run, progress.step.value, progress.share == _WHOLE)
        if news != self._last:
            self._last = news
            click.echo(said(progress), err=True)


def said(progress: Progress) -> str:
    """A progress in words: whose, which step of how many, rows, share of the whole."""
    of_rows = f" of {progress.of_rows}" if progress.of_rows else ""
    rows = f", {progress.rows}{of_rows} rows" if progress.rows else ""
    step = f"step {STEPS.index(progress.step) + 1} of {len(STEPS)} ({progress.step})"
    return f"{progress.party} {progress.pairing} {progress.day}: {step}{rows}, {progress.share:.0%}"
