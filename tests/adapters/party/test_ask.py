from datetime import timedelta

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import Decision
from gateway.model.province import CoverFound, GetProgress
from gateway.model.tax import FindLevy
from tests.adapters import servers
from tests.adapters.gateway_province import decided, party, province
from tests.adapters.memory import NOW, MemoryJournal
from tests.adapters.people import FIND_COVER, cover
from tests.adapters.servers import Visit, always, saying, serving

SOON = NOW + timedelta(seconds=20)


def test_a_question_is_answered_straight() -> None:
    reply = CoverFound(known=True, person_number="1", covers=(cover(),))
    journal = MemoryJournal()
    with province(lambda *_: reply) as heard:
        assert party(heard.server.url, journal).ask(FIND_COVER, SOON) == reply
    ((_, control),) = heard.messages
    assert {crossing.about for crossing in journal.crossings} == {control.message_id}


def _refusing(*_: object) -> GatewayError:
    return GatewayError("purpose_needed")


def test_a_question_that_fails_says_how(free_port: int) -> None:
    def code(url: str, seconds: float = 20) -> tuple[str, str]:
        with pytest.raises(GatewayError) as caught:
            party(url).ask(FIND_COVER, NOW + timedelta(seconds=seconds))
        return caught.value.kind.code, caught.value.party

    assert code(f"http://127.0.0.1:{free_port}") == ("unavailable", "zhejiang")
    for script, expected in (
        (servers.silent, "deadline_passed"),
        (servers.half, "unreadable"),
        (saying(b"<a/>"), "unreadable"),
    ):
        with serving(script) as server:
            assert code(server.url, 1 if script is servers.silent else 20) == (expected, "zhejiang")
    with province(_refusing) as heard:
        assert code(heard.server.url) == ("party_refused", "zhejiang")
    with province(lambda *_: CoverFound(known=False), refers_to="another") as heard:
        assert code(heard.server.url) == ("unreadable", "zhejiang")


def test_a_question_for_another_family_is_not_asked() -> None:
    with serving(saying(b"")) as server, pytest.raises(GatewayError) as caught:
        party(server.url).ask(FindLevy(reference="x"), SOON)
    assert (caught.value.kind.code, server.visits) == ("unsupported", 0)


def test_the_ordinary_party_keeps_nothing_for_us() -> None:
    assert list(party("http://127.0.0.1:9").collect()) == []


def test_a_trial_is_well_when_the_province_understands_a_question_about_nobody() -> None:
    for reply in (GatewayError("not_found", thing="application"), decided(Decision.RECEIVED)):
        with province(lambda *_, reply=reply: reply) as heard:
            assert party(heard.server.url).check() == ""
            assert [message for message, _ in heard.messages] == [GetProgress(reference="connection-check")]


def test_a_trial_fails_when_the_province_does_not_let_us_in() -> None:
    with province(lambda *_: GatewayError("authentication_needed", reason="密码错误")) as heard:
        assert "密码错误" in party(heard.server.url).check()


def test_a_trial_says_what_is_wrong_and_what_to_do(free_port: int) -> None:
    assert "check its address" in party(f"http://127.0.0.1:{free_port}").check()
    with serving(servers.reset) as server:
        assert "ask its operators" in party(server.url).check()

    def garbled(visit: Visit, _: object) -> None:
        visit.answer(b"")

    with serving(always(garbled)) as server:
        assert "not as agreed" in party(server.url).check()
