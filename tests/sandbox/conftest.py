"""A sandbox per test, on a free port, without pace of its own: nobody pays or decides later unless told."""

from collections.abc import Iterator

import pytest

from tests.sandbox.started import Gateway, Sandbox, receiving, standing


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with standing() as started:
        yield started


@pytest.fixture
def hunan(sandbox: Sandbox) -> Sandbox:
    sandbox.log_in()
    return sandbox


@pytest.fixture
def gateway() -> Iterator[tuple[Gateway, Sandbox]]:
    with receiving() as (received, address), standing(callback=address) as started:
        yield received, started
