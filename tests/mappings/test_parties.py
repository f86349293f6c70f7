"""The law of the round trip for every party by itself, with its own codes, substitutes and encoding, by discovery."""

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.party import Profile, read_profile
from gateway.mapping import rulefile
from gateway.mapping.contract_dialect import gateway_dialects
from gateway.mapping.contract_versions import VERSIONS
from gateway.mapping.dialect_table import TableDialect
from gateway.model.messages import EXCHANGES
from gateway.ports import Control
from tests.adapters.memory import NOW
from tests.mappings.fitting import controls, messages, replies, told
from tests.mappings.folders import MAPPINGS
from tests.mappings.samples import made
from tests.mappings.test_laws import lossy, said_elsewhere, same
from tests.strategies.records import records

# Most parties speak as their dialect does, for which the laws are tried more often.
LAW = settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
FILES = sorted(MAPPINGS.glob("*/*/party.yaml"))
PROFILES = {profile.id: (profile, path) for path in FILES for profile in [read_profile(path)]}


def languages(profile: Profile) -> list[str]:
    versions = [profile.dialect.version, *(before.version for before in profile.dialect.before)]
    return [f"{profile.dialect.name}/{version}" for version in versions]


@cache
def spoken(party: str, language: str) -> TableDialect:
    profile, path = PROFILES[party]
    return made()[language].of_party(profile.differences, rulefile.read(path), profile.encoding)


CARRIED = [
    (profile.id, language, name, variant)
    for profile, _ in PROFILES.values()
    for language in languages(profile)
    if language in made()
    for name, variant in made()[language].tables.requests
    if name in {*(item.message for item in profile.supports), *(item.message for item in profile.sends)}
]
OURS = [
    (profile.id, language, item.message)
    for profile, _ in PROFILES.values()
    for language in languages(profile)
    if profile.dialect.name == "gateway"
    for item in profile.supports
    if item.message in {each.name for each in VERSIONS[language.partition("/")[2]].exchanges}
]


def test_every_message_of_every_party_is_tried() -> None:
    tried = {(party, name) for party, _, name, _ in CARRIED} | {(party, name) for party, _, name in OURS}
    agreed = {(profile.id, item.message) for profile, _ in PROFILES.values() for item in profile.supports}
    told_by_webhook = {pair for pair in agreed if PROFILES[pair[0]][0].family == "platform"}
    assert agreed - tried == told_by_webhook


@pytest.mark.parametrize(("party", "language", "name", "variant"), CARRIED, ids=lambda part: part.replace("/", "-"))
@LAW
@given(st.data())
def test_what_is_written_to_a_party_and_answered_by_it_is_read_as_it_was(
    party: str, language: str, name: str, variant: str, data: st.DataObject
) -> None:
    dialect, tables = spoken(party, language), made()[language].tables
    asked = tables.requests[name, variant]
    message, control = data.draw(messages(asked)), data.draw(controls(asked))
    found, heard = dialect.read(dialect.write(message, control))
    assert same(asked, lossy(dialect, asked), [found], [message])
    assert heard == told(asked, control)
    if name in tables.replies:
        side = tables.replies[name]
        control = data.draw(controls(side))
        [reply] = data.draw(replies(side, [message]))
        found, heard = dialect.read(dialect.write(reply, control, message), message)
        assert same(side, lossy(dialect, side), [found], [reply])
        assert heard == told(side, control) or said_elsewhere(side, reply)


@pytest.mark.parametrize(("party", "language", "name"), OURS, ids=lambda part: part.replace("/", "-"))
@LAW
@given(st.data())
def test_the_same_holds_for_parties_of_our_own_contract(
    party: str, language: str, name: str, data: st.DataObject
) -> None:
    dialect: Any = gateway_dialects()[language]()
    exchange = EXCHANGES[name]
    control = Control("m-1", "gateway", party, NOW)
    message, reply = data.draw(records(exchange.request)), data.draw(records(exchange.reply))
    assert dialect.read(dialect.write(message, control)) == (message, control)
    assert dialect.read(dialect.write(reply, control, message), message) == (reply, control)
