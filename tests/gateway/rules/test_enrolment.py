from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import product

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import Choice, Cycle, IdType, Insurance
from gateway.model.person import Consent
from gateway.model.platform import Contribution, Enrolment, Worker
from gateway.model.values import Month, Region
from gateway.rules.dated import PAYER_KINDS
from gateway.rules.enrolment import assess
from gateway.rules.law import Application, Law
from gateway.rules.parameters import PARAMETERS
from gateway.rules.route import MEDICAL

Applying = Callable[..., Application]
TODAY = date(2026, 11, 22)
REGIONS = {"beijing": "110105", "tianjin": "120101", "zhejiang": "330106", "hunan": "430102", "guangdong": "440106"}
# Parameters that the demonstration makes up; what remains is national law or a worked example, and real.
NATIONAL_LAW = {
    "retirement_age",
    "retirement_category",
    "branch",
    "overlap",
    "closure",
    "ending",
    # how a fund's books are kept (mappings/books): no figure among them
    "fund",
    "account",
    "posting",
    "adjustment_period",
    "closing",
    "paying_place",
    "account_split",
    "pension_formula",
    "death_grant",
    "disposable_income",
}


def refusal(law: Law, application: Application) -> GatewayError:
    with pytest.raises(GatewayError) as raised:
        assess(law, application, TODAY)
    return raised.value


def test_an_enrolment_is_decided_insurance_by_insurance_in_its_order(demo: Law, applying: Applying) -> None:
    pension, medical = assess(demo, applying("pension", "medical"), TODAY)
    assert (pension.terms.insurance, str(pension.terms.preview.total)) == (Insurance.PENSION, "960.00")
    assert (medical.terms.insurance, str(medical.terms.preview.total)) == (Insurance.MEDICAL, "293.00")
    assert pension.terms.assessor == "agency"
    assert pension.terms.told_by == "gateway"


def _keeper(province: str, insurance: Insurance) -> str:
    """Who keeps an insurance there: Zhejiang and Hunan have medical agencies with systems of their own."""
    own = province in ("zhejiang", "hunan") and insurance in MEDICAL
    return f"medical-{province}" if own else province


@pytest.mark.parametrize(("work", "home"), list(product(REGIONS, REGIONS)))
@pytest.mark.parametrize("choice", ["workplace", "registered"])
@pytest.mark.parametrize(
    "chosen", [("pension", "medical", "unemployment", "maternity"), ("resident_pension",), ("resident_medical",)]
)
def test_the_demonstration_serves_every_insurance_in_every_combination_and_says_invented(
    demo: Law, applying: Applying, work: str, home: str, choice: str, chosen: tuple[str, ...]
) -> None:
    application = applying(*chosen, choice=choice, workplace=REGIONS[work], registered=REGIONS[home])
    for each in assess(demo, application, TODAY):
        expected = home if choice == "registered" or each.terms.insurance.startswith("resident") else work
        assert each.terms.determination.province_party == _keeper(expected, each.terms.insurance)
        for words in (
            each.explanation,
            each.terms.determination.explanation,
            each.terms.preview.explanation,
            each.eligible.explanation,
        ):
            assert "invented" in words.en
            assert "虚构" in words.zh
        assert each.invented
        assert not each.provisional


@pytest.mark.parametrize("insurance", ["pension", "medical"])
@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 7, 1), date(2027, 12, 31), date(2029, 5, 5)])
def test_the_demonstration_works_in_any_month_from_2026_on(
    demo: Law, applying: Applying, insurance: str, today: date
) -> None:
    (assessed,) = assess(demo, applying(insurance, start=str(Month.of(today))), today)
    assert assessed.terms.preview.due > today


def test_nothing_real_mixes_into_the_figures_of_the_demonstration(demo: Law) -> None:
    regions = [code for code in _codes(demo) if code[:2] in ("11", "12", "33", "43", "44")]
    assert len(regions) > 400
    for name, parameter in PARAMETERS.items():
        for insurance in () if name in NATIONAL_LAW else Insurance:
            founds = (
                demo.rules.look(parameter, region, TODAY, insurance=insurance, payer_kind="individual")
                for region in regions
            )
            real = {found.value for found in founds if found and not found.invented}
            assert not real or insurance is Insurance.OCCUPATIONAL_INJURY, f"{name}/{insurance}: {real}"


def test_every_value_of_the_demonstration_is_graded_invented(demo: Law) -> None:
    deployed = [value for value in demo.rules.values if value.layer]
    assert deployed
    assert {value.grade for value in deployed} == {"invented"}
    assert {value.payer_kind for value in deployed} <= set(PAYER_KINDS)


def test_what_is_wrong_is_listed_by_its_place_in_the_request(demo: Law, applying: Applying) -> None:
    error = refusal(demo, applying("pension", "resident_pension", "maternity", grade=65, start="2027-05"))
    assert error.kind.code == "faults"
    assert {(fault.pointer, fault.code) for fault in error.faults} == {
        ("/start", "start_too_far"),
        ("/contribution/grade", "grade_not_offered"),
        ("/insurance/0", "not_eligible"),
        ("/insurance/1", "not_eligible"),
        ("/insurance/2", "depends_on"),
    }
    assert error.params["count"] == "5"


def test_one_fault_keeps_its_own_code(demo: Law, applying: Applying) -> None:
    error = refusal(demo, applying("pension", "medical", start="2026-10"))
    assert error.kind.code == "start_in_past"
    assert [fault.pointer for fault in error.faults] == ["/start"]
    assert "2026-11" in error.text("en")


def test_an_unknown_region_is_told_before_anything_else(demo: Law, applying: Applying) -> None:
    error = refusal(demo, applying(workplace="330103", registered="999999"))
    assert [fault.pointer for fault in error.faults] == ["/workplace_region", "/registered_region"]


def test_occupational_injury_is_refused_with_the_reason_wherever_it_is_asked(demo: Law, applying: Applying) -> None:
    error = refusal(demo, applying("occupational_injury"))
    assert error.kind.code == "not_eligible"
    assert "平台" in error.text("zh")


def test_what_is_missing_names_parameter_date_and_region(shipped: Law, applying: Applying) -> None:
    error = refusal(shipped, applying())
    missing = [fault.params for fault in error.faults if fault.code == "parameter_missing"]
    assert {"parameter": "start_window/pension", "region": "330106", "date": "2026-11-22"} in missing
    assert {"parameter": "base_bounds/pension", "region": "330106", "date": "2026-12-01"} in missing
    assert {"parameter": "assessor/pension", "region": "330106", "date": "2026-12-01"} in missing


def test_an_application_carries_what_the_law_depends_on_and_no_name_or_number() -> None:
    enrolment = Enrolment(
        worker=Worker(IdType.RESIDENT_ID, "110101199003070134", "测试甲", "13800000000"),
        insurance=(Insurance.PENSION,),
        choice=Choice.WORKPLACE,
        workplace_region=Region("330106"),
        registered_region=Region("430102"),
        contribution=Contribution(60, Cycle.MONTHLY),
        start=Month.parse("2026-12"),
        consent=Consent("c", datetime(2026, 11, 1, tzinfo=UTC)),
    )
    application = Application.of(enrolment)
    assert (application.birth, application.male) == (date(1990, 3, 7), True)
    assert "110101199003070134" not in repr(application)
    assert "测试甲" not in repr(application)


def _codes(law: Law) -> list[str]:
    candidates = [
        f"{n:06d}"
        for province in ("11", "12", "33", "43", "44")
        for n in range(int(province) * 10000, int(province) * 10000 + 10000)
    ]
    return [code for code in candidates if law.regions.in_force(code, TODAY)]


def test_once_lodged_an_application_is_asked_for_its_own_day_and_its_levy_for_today(
    demo: Law, applying: Applying
) -> None:
    later = date(2027, 1, 22)
    application = applying(start="2026-12")
    with pytest.raises(GatewayError) as raised:
        assess(demo, application, later)
    assert raised.value.kind.code == "start_in_past"
    (lodged,) = assess(demo, application, later, TODAY)
    (then,) = assess(demo, application, TODAY)
    assert (lodged.terms.determination, lodged.eligible) == (then.terms.determination, then.eligible)
    assert (then.terms.preview.due, lodged.terms.preview.due) == (date(2027, 1, 25), date(2027, 1, 27))
