from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.rules.dated import Grade, Layer, Parameter, PayerKind, Rulebook, State, Value

WAGE = Parameter("wage", int)
DAY = date(2026, 5, 1)


def value(
    content: int,
    region: str = "",
    start: date = date(2026, 1, 1),
    end: date | None = None,
    *,
    insurance: str = "",
    payer_kind: PayerKind = "",
    carry_forward: str = "",
    layer: Layer = Layer.SHIPPED,
) -> Value:
    return Value(
        parameter="wage",
        content=content,
        valid_from=start,
        valid_to=end,
        instrument="notice",
        grade=Grade.B,
        region=region,
        insurance=insurance,
        payer_kind=payer_kind,
        carry_forward=carry_forward,
        layer=layer,
        file="wages.yaml",
        line=content,
    )


def test_the_most_specific_region_wins() -> None:
    book = Rulebook([value(0), value(2, "33"), value(4, "3301"), value(6, "330106")])
    assert [book.find(WAGE, region, DAY).content for region in ("110101", "330203", "330102", "330106", "")] == [
        0,
        2,
        4,
        6,
        0,
    ]


def test_the_deployment_wins_over_what_is_shipped_in_one_region_but_not_over_a_more_specific_region() -> None:
    book = Rulebook([value(1, "33"), value(2, "33", layer=Layer.DEPLOYMENT), value(3, "3301")])
    assert book.find(WAGE, "330203", DAY).content == 2
    assert book.find(WAGE, "330106", DAY).content == 3


def test_a_value_for_one_insurance_goes_before_a_value_for_all() -> None:
    book = Rulebook([value(1, "33"), value(2, "33", insurance="medical"), value(3, "33", payer_kind="platform")])
    assert book.find(WAGE, "330106", DAY, insurance="medical").content == 2
    assert book.find(WAGE, "330106", DAY, insurance="pension").content == 1
    assert book.find(WAGE, "330106", DAY, payer_kind="platform").content == 3
    assert book.find(WAGE, "330106", DAY, payer_kind="individual").content == 1


def test_a_published_value_keeps_its_published_period() -> None:
    book = Rulebook([value(1, "33", end=date(2026, 6, 30))])
    assert book.find(WAGE, "330106", date(2026, 6, 30)).state is State.FINAL
    with pytest.raises(GatewayError) as raised:
        book.find(WAGE, "330106", date(2026, 7, 1), insurance="medical")
    assert raised.value.kind.code == "parameter_missing"
    assert raised.value.params == {"parameter": "wage/medical", "region": "330106", "date": "2026-07-01"}


def test_a_value_is_carried_on_provisionally_only_by_its_instrument_and_until_the_next() -> None:
    book = Rulebook(
        [
            value(1, "33", end=date(2026, 6, 30), carry_forward="notice 7"),
            value(2, "33", date(2026, 10, 1), date(2026, 12, 31)),
        ]
    )
    found = book.find(WAGE, "330106", date(2026, 7, 1))
    assert (found.content, found.state, found.provisional) == (1, State.PROVISIONAL, True)
    assert book.find(WAGE, "330106", date(2026, 10, 1)).state is State.FINAL


def test_of_two_values_carried_on_the_later_one_goes_on() -> None:
    first = value(1, "33", date(2025, 1, 1), date(2025, 6, 30), carry_forward="notice 1")
    second = value(2, "33", date(2025, 7, 1), date(2026, 6, 30), carry_forward="notice 2")
    assert Rulebook([first, second]).find(WAGE, "330106", date(2027, 1, 1)).content == 2


def test_nothing_holds_before_its_first_day() -> None:
    assert Rulebook([value(1, carry_forward="n", end=DAY)]).look(WAGE, "330106", date(2025, 12, 31)) is None


def test_an_overlap_within_one_layer_is_refused_naming_both_places() -> None:
    with pytest.raises(GatewayError) as raised:
        Rulebook([value(1, "33", end=date(2026, 6, 30)), value(2, "33", date(2026, 6, 30))])
    assert raised.value.kind.code == "data_invalid"
    assert (raised.value.params["file"], raised.value.params["line"]) == ("wages.yaml", "2")
    assert "wages.yaml:1" in raised.value.params["reason"]


def test_the_same_period_in_two_layers_is_no_overlap() -> None:
    Rulebook([value(1, "33"), value(2, "33", layer=Layer.DEPLOYMENT)])


def test_the_fingerprint_follows_what_the_values_say_and_not_their_order() -> None:
    one, two = value(1, "33"), value(2, "44")
    assert Rulebook([one, two]).fingerprint == Rulebook([two, one]).fingerprint
    assert Rulebook([one, two]).fingerprint != Rulebook([one, value(3, "44")]).fingerprint
    assert Rulebook([one]).fingerprint != Rulebook([value(1, "33", end=DAY)]).fingerprint


PERIODS = st.lists(st.integers(1, 400), min_size=1, max_size=6, unique=True).map(sorted)


@st.composite
def books(draw: st.DrawFn) -> list[Value]:
    values = []
    for region in draw(st.sets(st.sampled_from(["", "33", "3301", "330106"]), min_size=1)):
        for layer in draw(st.sets(st.sampled_from(list(Layer)), min_size=1)):
            edges = draw(PERIODS)
            for number, (start, end) in enumerate(zip(edges, [*edges[1:], edges[-1] + 50], strict=True)):
                first = date(2026, 1, 1) + timedelta(days=start)
                last = date(2026, 1, 1) + timedelta(days=end - 1)
                values.append(value(number, region, first, last, layer=layer))
    return values


@given(books(), st.integers(0, 460))
def test_a_look_up_gives_what_reading_all_values_in_order_of_precedence_gives(values: list[Value], offset: int) -> None:
    on = date(2026, 1, 1) + timedelta(days=offset)
    holding = [each for each in values if each.valid_from <= on and each.valid_to is not None and on <= each.valid_to]
    expected = max(holding, key=lambda each: (len(each.region), each.layer), default=None)
    found = Rulebook(values).look(WAGE, "330106", on)
    assert (found and found.value) is expected


@given(books())
def test_whatever_is_accepted_holds_no_two_values_for_one_day_and_layer(values: list[Value]) -> None:
    keyed = sorted(Rulebook(values).values, key=lambda each: (each.layer, each.key, each.valid_from))
    for earlier, later in pairwise(keyed):
        if (earlier.layer, earlier.key) == (later.layer, later.key):
            assert earlier.valid_to is not None
            assert earlier.valid_to < later.valid_from
