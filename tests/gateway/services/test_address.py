"""Gateways behind one address say so of themselves, and one that says otherwise is noticed."""

import logging
from dataclasses import replace

import pytest

from gateway.services.address import announce_address
from gateway.services.runtime import Runtime
from gateway.store.work import connect
from tests.gateway.services.conftest import World


def at(world: World, url: str) -> Runtime:
    """A gateway that is told this address."""
    return replace(world.runtime, settings=replace(world.runtime.settings, public_url=url))


def test_gateways_of_one_address_start_without_a_word(world: World, caplog: pytest.LogCaptureFixture) -> None:
    gateways = [at(world, "https://gateway.test") for _ in range(3)]
    assert [announce_address(each) for each in gateways] == [None] * 3
    assert caplog.messages == []


def test_a_gateway_with_another_address_starts_and_names_both(world: World, caplog: pytest.LogCaptureFixture) -> None:
    announce_address(at(world, "https://gateway.test"))
    with caplog.at_level(logging.WARNING):
        assert announce_address(at(world, "https://gateway-2.test")) == "https://gateway.test"
    (said,) = caplog.messages
    assert "https://gateway.test" in said
    assert "https://gateway-2.test" in said
    assert "PUBLIC_URL" in said


def test_after_a_move_the_new_address_is_the_one_that_counts(world: World) -> None:
    old, new = at(world, "https://old.test"), at(world, "https://new.test")
    assert [announce_address(each) for each in (old, new, new)] == [None, "https://old.test", None]


def test_a_database_that_is_not_there_yet_stops_no_start(world: World, caplog: pytest.LogCaptureFixture) -> None:
    empty = connect("sqlite://")
    runtime = replace(world.runtime, store=replace(world.runtime.store, engine=empty))
    assert announce_address(runtime) is None
    assert "could not be compared" in caplog.text
    empty.dispose()
