"""Tables that are read by people: numbers stand to the right with their thousands apart, everything else as it is."""

import pytest

from gateway.model.values import Money
from gateway.services.page import table


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (Money(0), "0.00"),
        (Money(-50), "-0.50"),
        (Money(102_480), "1,024.80"),
        (Money(-123_456_789_01), "-123,456,789.01"),
        ("11194", "11,194"),
        ("-", "-"),
        ("", ""),
        ("2026-01", "2026-01"),
        ("１２３４", "１２３４"),
    ],
)
def test_a_number_has_its_thousands_apart_where_amounts_stand(cell: object, shown: str) -> None:
    made = table(["what", "amount"], [["1024.80", cell]], amounts=frozenset({1}))
    assert f'<td>1024.80</td><td class="n">{shown}</td>' in made
