"""What clashed is done afresh, and somebody who is always later is told so."""

import pytest

from gateway.errors import GatewayError
from gateway.services.afresh import afresh
from gateway.store.work import ClashError


def test_what_clashed_is_done_again_and_what_it_gives_then_counts() -> None:
    clashes = [ClashError("a key"), ClashError("another")]

    def attempt() -> str:
        if clashes:
            raise clashes.pop()
        return "done"

    assert afresh(attempt, GatewayError("break_changed")) == "done"


def test_whoever_is_always_later_is_told_what_was_agreed_upon() -> None:
    def attempt() -> str:
        raise ClashError("a key")

    with pytest.raises(GatewayError) as refused:
        afresh(attempt, GatewayError("break_changed"))
    assert refused.value.kind.code == "break_changed"


def test_any_other_error_is_not_tried_again() -> None:
    outcomes = iter([GatewayError("not_found", thing="break"), GatewayError("break_changed")])

    def attempt() -> str:
        raise next(outcomes)

    with pytest.raises(GatewayError) as refused:
        afresh(attempt, GatewayError("break_changed"))
    assert refused.value.kind.code == "not_found"
