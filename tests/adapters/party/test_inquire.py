from adapters.party import ordinary
from gateway.errors import GatewayError
from gateway.model.codes import Decision
from gateway.model.province import Done, GetProgress
from gateway.ports import OutcomeKind
from tests.adapters.gateway_province import decided, party, province
from tests.adapters.memory import MemoryAttempt, sent, work
from tests.adapters.people import ENROL, REFERENCE, WITHDRAW
from tests.adapters.servers import saying, serving


def test_what_was_never_noted_as_sent_had_no_effect_and_nobody_is_asked() -> None:
    with serving(saying(b"")) as server:
        outcome = party(server.url).inquire(work(ENROL))
    assert (outcome.kind, server.visits) == (OutcomeKind.NO_EFFECT, 0)


def test_an_enrolment_is_found_by_our_reference_or_by_the_number_under_which_it_was_taken_in() -> None:
    reply = decided(Decision.ACCEPTED, registration_number="R1")
    with province(lambda *_: reply) as heard:
        zhejiang = party(heard.server.url)
        assert zhejiang.inquire(work(ENROL, sent())).reply == reply
        zhejiang.inquire(work(ENROL, sent(acceptance_number="A1")))
    asked = [message for message, _ in heard.messages]
    assert asked == [GetProgress(None, REFERENCE, ENROL.insurance), GetProgress("A1", REFERENCE, ENROL.insurance)]


def test_an_application_the_province_knows_nothing_of_had_no_effect() -> None:
    with province(lambda *_: GatewayError("not_found", thing="application")) as heard:
        outcome = party(heard.server.url).inquire(work(ENROL, sent()))
    assert outcome.kind is OutcomeKind.NO_EFFECT


def test_a_received_work_is_remembered_and_stays_received_while_nothing_is_learned(free_port: int) -> None:
    attempt = MemoryAttempt()
    with province(lambda *_: decided(Decision.RECEIVED, acceptance_number="A1")) as heard:
        party(heard.server.url).deliver([work(ENROL, attempt)])
    assert attempt.recall(ordinary.ACCEPTANCE) == "A1"
    nobody = party(f"http://127.0.0.1:{free_port}")
    assert nobody.inquire(work(ENROL, attempt)).kind is OutcomeKind.RECEIVED
    assert nobody.inquire(work(ENROL, sent())).kind is OutcomeKind.UNCERTAIN


def test_a_party_that_recognises_the_id_is_asked_by_sending_the_same_again() -> None:
    with province(lambda *_: Done(done=True, reference=REFERENCE)) as heard:
        outcome = party(heard.server.url).inquire(work(WITHDRAW, sent()))
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert [control.message_id for _, control in heard.messages] == ["leg_1"]


def test_sending_again_without_an_answer_leaves_the_doubt(free_port: int) -> None:
    outcome = party(f"http://127.0.0.1:{free_port}").inquire(work(WITHDRAW, sent()))
    assert outcome.kind is OutcomeKind.UNCERTAIN
