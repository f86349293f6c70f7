from collections.abc import Callable
from datetime import date

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import CoverState, Scheme
from gateway.rules.law import Law, Question
from gateway.rules.overlap import BRANCH, Outcome, overlap, same_enrolment

Asking = Callable[..., Question]
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("asked", "found", "state", "outcome"),
    [
        ("pension", "resident_pension", "active", "allow_and_clear"),
        ("pension", "employee_pension", "active", "refuse"),
        ("pension", "individual_pension", "active", "end_other_first"),
        ("pension", "individual_pension", "suspended", "none"),
        ("pension", "public_pension", "active", "refuse"),
        ("pension", "employee_pension", "drawing", "refuse"),
        ("resident_pension", "employee_pension", "active", "refuse"),
        ("resident_pension", "resident_pension", "active", "end_other_first"),
        ("medical", "resident_medical", "active", "allow_and_clear"),
        ("medical", "employee_medical", "active", "end_other_first"),
        ("resident_medical", "individual_medical", "active", "refuse"),
        ("unemployment", "unemployment", "active", "end_other_first"),
        ("pension", "employee_medical", "active", "none"),
        ("medical", "work_injury", "active", "none"),
    ],
)
def test_each_pair_of_schemes_has_its_dated_outcome(
    shipped: Law, ask: Asking, asked: str, found: str, state: str, outcome: str
) -> None:
    dealing = overlap(ask(shipped, asked, "330106", TODAY), Scheme(found), CoverState(state))
    assert dealing.outcome is Outcome(outcome)
    assert dealing.basis.citations
    assert dealing.explanation.zh
    assert dealing.explanation.en


def test_clearing_afterwards_cites_the_instrument_that_says_so(shipped: Law, ask: Asking) -> None:
    dealing = overlap(ask(shipped, "pension", "330106", TODAY), Scheme.RESIDENT_PENSION, CoverState.ACTIVE)
    assert "先转后清" in dealing.basis.citations[0].instrument


def test_the_same_enrolment_through_another_platform_is_attached(shipped: Law, ask: Asking) -> None:
    for insurance in ("pension", "medical", "maternity"):
        assert same_enrolment(ask(shipped, insurance, "330106", TODAY)).outcome is Outcome.ATTACH


def test_every_scheme_of_a_branch_has_an_outcome_for_every_state(shipped: Law, ask: Asking) -> None:
    for insurance in ("pension", "resident_pension", "medical", "resident_medical", "unemployment", "maternity"):
        question = ask(shipped, insurance, "330106", TODAY)
        for scheme in question.find(BRANCH).content.schemes:
            for state in CoverState:
                assert overlap(question, scheme, state).outcome in Outcome


def test_a_pair_or_state_that_nobody_listed_is_missing_and_never_guessed(
    overlaid: Callable[[str], Law], ask: Asking
) -> None:
    law = overlaid(
        """
        defaults: {from: 2010-01-01, grade: invented, instrument: test, region: "33"}
        values:
          - parameter: branch
            insurance: pension
            content: {schemes: [work_injury, public_pension]}
          - parameter: overlap
            insurance: pension
            subject: public_pension
            content: {outcomes: {active: refuse}, words: {zh: 拒绝, en: no}}
        """
    )
    question = ask(law, "pension", "330106", TODAY)
    for scheme, state, name in (
        (Scheme.WORK_INJURY, CoverState.ACTIVE, "overlap/pension/work_injury"),
        (Scheme.PUBLIC_PENSION, CoverState.UNKNOWN, "overlap/pension/public_pension/unknown"),
    ):
        with pytest.raises(GatewayError) as raised:
            overlap(question, scheme, state)
        assert raised.value.kind.code == "parameter_missing"
        assert raised.value.params["parameter"] == name
