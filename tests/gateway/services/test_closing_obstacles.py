"""What stands in the way of a closing: the statements of every party to the money, not only the bureau's."""

from dataclasses import replace
from datetime import date

from gateway.mapping.statement_layout import key_setting
from tests.gateway.mapping.statements import layout
from tests.gateway.services.booked import closes, reconciled
from tests.gateway.services.conftest import World
from tests.gateway.services.test_closing import reasons

DAY = date(2026, 11, 9)


def test_an_absent_statement_of_any_other_party_to_the_money_stands_in_the_way_too(world: World) -> None:
    record = replace(layout("record-hunan"), regions=("4302",))  # of another city
    others = [layout(party) for party in ("tax-tianjin", "treasury-hunan", "fiscal-hunan", "agency-hunan")]
    keys = {key_setting(party): "key" for party in ("treasury-hunan", "fiscal-hunan", "record-hunan")}
    settings = replace(world.runtime.settings, parties=keys)  # of the agency's accounts this deployment gets nothing
    runtime = replace(world.runtime, settings=settings, statements={each.party: each for each in (*others, record)})
    reconciled(runtime, DAY)
    assert reasons(runtime, "2026-11-09") == [
        "The statement of treasury-hunan for 2026-11-09 is absent (due 2026-11-10 12:00).",
        "The statement of fiscal-hunan for 2026-11-09 is expected (due 2026-11-10 18:00).",
    ]
    closes(replace(runtime, statements={each.party: each for each in (others[-1], record)}), "2026-11-09")
