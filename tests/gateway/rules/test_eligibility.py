from collections.abc import Callable
from datetime import date
from typing import Protocol

import pytest

from gateway.errors import GatewayError
from gateway.rules.eligibility import check_eligibility
from gateway.rules.law import Application, Law, Question

Asking = Callable[..., Question]
Applying = Callable[..., Application]
Overlaid = Callable[[str], Law]
ON = date(2026, 12, 1)


class Examining(Protocol):
    def __call__(self, insurance: str, birth: date, *, male: bool) -> list[str]: ...


@pytest.fixture
def examining(shipped: Law, ask: Asking, applying: Applying) -> Examining:
    def codes(insurance: str, birth: date, *, male: bool) -> list[str]:
        try:
            check_eligibility(ask(shipped, insurance, "330106", ON), applying(insurance, birth=birth, male=male))
        except GatewayError as error:
            return [error.kind.code]
        return []

    return codes


def refusal(question: Question, application: Application) -> GatewayError:
    with pytest.raises(GatewayError) as raised:
        check_eligibility(question, application)
    return raised.value


@pytest.mark.parametrize(
    ("insurance", "birth", "sex", "eligible"),
    [
        ("pension", date(2010, 12, 1), "male", True),
        ("pension", date(2010, 12, 2), "male", False),
        ("pension", date(1966, 7, 31), "male", False),  # 60 years and 5 months: 2026-12
        ("pension", date(1966, 8, 15), "male", True),
        ("pension", date(1971, 7, 31), "female", False),  # 55 years and 5 months: 2026-12
        ("pension", date(1971, 8, 15), "female", True),
        ("resident_pension", date(1966, 12, 2), "male", True),
        ("resident_pension", date(1966, 12, 1), "male", False),
        ("resident_medical", date(1950, 1, 1), "male", True),
        ("resident_medical", date(2026, 6, 1), "female", True),
    ],
)
def test_age_limits_hold_on_the_first_day_of_participation(
    examining: Examining, insurance: str, birth: date, sex: str, eligible: bool
) -> None:
    codes = examining(insurance, birth, male=sex == "male")
    assert codes == ([] if eligible else ["not_eligible"])


def test_the_reason_names_the_statutory_age_that_applies(shipped: Law, ask: Asking, applying: Applying) -> None:
    error = refusal(ask(shipped, "pension", "330106", ON), applying(birth=date(1965, 5, 1)))
    assert "60 years 2 months" in error.text("en")
    assert "60 岁 2 个月" in error.text("zh")


def test_an_individual_cannot_take_up_occupational_injury_protection(
    shipped: Law, ask: Asking, applying: Applying
) -> None:
    error = refusal(ask(shipped, "occupational_injury", "330106", ON), applying("occupational_injury"))
    assert error.kind.code == "not_eligible"
    assert "platform" in error.text("en")
    assert "平台" in error.text("zh")


def test_employee_and_resident_pension_exclude_each_other(shipped: Law, ask: Asking, applying: Applying) -> None:
    both = applying("pension", "resident_pension")
    for insurance, other in (("pension", "resident_pension"), ("resident_pension", "pension")):
        assert other in refusal(ask(shipped, insurance, "330106", ON), both).text("en")


def test_a_document_without_birth_date_or_sex_is_never_guessed_at(
    shipped: Law, ask: Asking, applying: Applying
) -> None:
    question = ask(shipped, "pension", "330106", ON)
    assert refusal(question, applying(birth=None)).kind.code == "not_eligible"
    assert "sex" in refusal(question, applying(birth=date(1969, 1, 1), male=None)).text("en")
    assert check_eligibility(question, applying(birth=date(1990, 1, 1), male=None)).inputs[1].value == "unknown"


def test_maternity_goes_with_medical_only_where_a_dated_rule_says_so(
    shipped: Law, demo: Law, ask: Asking, applying: Applying
) -> None:
    error = refusal(ask(demo, "maternity", "330106", ON), applying("maternity"))
    assert (error.kind.code, error.params["other"]) == ("depends_on", "medical")
    together = check_eligibility(ask(demo, "maternity", "330106", ON), applying("maternity", "medical"))
    assert "dependency" in [citation.parameter for citation in together.basis.citations]
    alone = check_eligibility(ask(demo, "unemployment", "330106", ON), applying("unemployment"))
    assert alone.basis.invented


def test_what_no_source_gives_is_missing_by_name(shipped: Law, ask: Asking, applying: Applying) -> None:
    error = refusal(ask(shipped, "unemployment", "330106", ON), applying("unemployment"))
    assert error.params == {"parameter": "eligibility/unemployment", "region": "330106", "date": "2026-12-01"}


def test_somebody_born_on_29_february_comes_of_age_on_1_march_of_a_common_year(
    overlaid: Overlaid, ask: Asking, applying: Applying
) -> None:
    law = overlaid(
        """
        values:
          - parameter: eligibility
            insurance: pension
            region: "33"
            from: 2020-01-01
            grade: invented
            instrument: test
            content: {open_to_individuals: true, min_age: 17}
        """
    )
    leapling = applying(birth=date(2008, 2, 29))
    assert refusal(ask(law, "pension", "330106", date(2025, 2, 28)), leapling).kind.code == "not_eligible"
    assert check_eligibility(ask(law, "pension", "330106", date(2025, 3, 1)), leapling).inputs[0].value == "2008-02"


def test_inputs_say_how_they_are_known(shipped: Law, ask: Asking, applying: Applying) -> None:
    inputs = check_eligibility(ask(shipped, "pension", "330106", ON), applying()).inputs
    assert [(each.name, each.value, each.known) for each in inputs] == [
        ("birth_month", "1990-03", "claimed"),
        ("sex", "male", "claimed"),
    ]
