from collections.abc import Callable
from datetime import date

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import Choice
from gateway.rules.law import Application, Law, Question
from gateway.rules.place import Determination, determine
from gateway.rules.route import served

Asking = Callable[..., Question]
Applying = Callable[..., Application]
ON = date(2026, 12, 1)


def placed(law: Law, ask: Asking, application: Application, insurance: str = "pension") -> Determination:
    chosen = application.workplace if application.choice is Choice.WORKPLACE else application.registered
    return determine(ask(law, insurance, chosen.code, ON), application)


def test_an_individuals_pension_goes_where_the_worker_chose(shipped: Law, ask: Asking, applying: Applying) -> None:
    work = placed(shipped, ask, applying(choice="workplace"))
    home = placed(shipped, ask, applying(choice="registered"))
    assert (work.region.code, work.province_party, work.tax_party) == ("330106", "zhejiang", "tax-zhejiang")
    assert (home.region.code, home.province_party, home.tax_party) == ("430102", "hunan", "tax-hunan")
    assert (work.agency, work.agency_region.code) == ("杭州市社会保险管理服务中心", "330100")


@pytest.mark.parametrize("insurance", ["resident_pension", "resident_medical"])
@pytest.mark.parametrize("choice", ["workplace", "registered"])
def test_resident_insurance_goes_to_the_registered_place_whatever_was_chosen(
    shipped: Law, ask: Asking, applying: Applying, insurance: str, choice: str
) -> None:
    determination = placed(shipped, ask, applying(insurance, choice=choice), insurance)
    assert (determination.region.code, determination.placed_at) == ("430102", Choice.REGISTERED)
    assert ("was asked for" in determination.explanation.en) is (choice == "workplace")
    assert "户籍地" in determination.explanation.zh
    assert "湖南省长沙市芙蓉区" in determination.explanation.zh


def test_medical_insurance_is_registered_by_the_medical_agency(shipped: Law, ask: Asking, applying: Applying) -> None:
    medical = placed(shipped, ask, applying("medical"), "medical")
    assert medical.agency == medical.medical_agency == "杭州市医疗保障管理服务中心"
    assert placed(shipped, ask, applying()).medical_agency == ""


@pytest.mark.parametrize(
    ("region", "office"),
    [
        ("330106", "国家税务总局浙江省税务局"),
        ("330203", "国家税务总局宁波市税务局"),
        ("440106", "国家税务总局广东省税务局"),
        ("440303", "国家税务总局深圳市税务局"),
    ],
)
def test_separately_planned_cities_have_their_own_tax_bureau(
    shipped: Law, ask: Asking, applying: Applying, region: str, office: str
) -> None:
    assert placed(shipped, ask, applying(workplace=region)).tax_office == office


def test_every_region_of_the_demonstration_has_its_card_centre(shipped: Law, ask: Asking) -> None:
    for region in ("110105", "120101", "330106", "430102", "440106"):
        assert served(ask(shipped, "pension", region, ON)).found.content.card_centre == "card-hubei"


@pytest.mark.parametrize(("region", "role"), [("650102", "agency"), ("210202", "agency")])
def test_a_region_without_a_route_is_refused_naming_the_role(
    shipped: Law, ask: Asking, applying: Applying, region: str, role: str
) -> None:
    with pytest.raises(GatewayError) as raised:
        placed(shipped, ask, applying(workplace=region))
    assert (raised.value.kind.code, raised.value.params["role"]) == ("route_missing", role)


def test_a_place_that_its_rule_forbids_is_refused_with_the_reason(
    overlaid: Callable[[str], Law], ask: Asking, applying: Applying
) -> None:
    law = overlaid(
        """
        values:
          - parameter: place
            region: "3301"
            insurance: pension
            from: 2026-01-01
            grade: invented
            instrument: test
            content: {rule: registered-only, allowed: [registered], words: {zh: 限本地户籍, en: residents only}}
        """
    )
    with pytest.raises(GatewayError) as raised:
        placed(law, ask, applying())
    assert raised.value.kind.code == "place_not_allowed"
    assert "residents only" in raised.value.text("en")
    assert placed(law, ask, applying(workplace="330203")).region.code == "330203"


def test_a_determination_names_rule_citations_and_inputs(shipped: Law, ask: Asking, applying: Applying) -> None:
    determination = placed(shipped, ask, applying())
    assert determination.rule == "pension-individual-either"
    assert [citation.parameter for citation in determination.basis.citations] == ["place", "route"]
    assert [(each.name, each.value, each.known) for each in determination.inputs] == [
        ("choice", "workplace", "claimed"),
        ("workplace_region", "330106", "claimed"),
        ("registered_region", "430102", "claimed"),
    ]


def test_in_a_municipality_the_district_is_served_by_its_own_agency(
    shipped: Law, ask: Asking, applying: Applying
) -> None:
    determination = placed(shipped, ask, applying(workplace="110105"))
    assert (determination.agency, determination.agency_region.code) == ("朝阳区社会保险基金管理中心", "110105")
