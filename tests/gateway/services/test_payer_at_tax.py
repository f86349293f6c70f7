"""Where the payer declares at the tax bureau, we carry that declaration: once, and say whose it is."""

from dataclasses import replace
from pathlib import Path

from gateway.services.receive import receive
from gateway.store import levies
from tests.gateway.services.conftest import World
from tests.gateway.services.laws import published
from tests.gateway.services.test_journey import begin, receipt, view

WHO = '{parameter: assessor, payer_kind: individual, region: ["11", "43", "44", "4403"], content: {who: gateway}}'


def levy_state(world: World, case: str) -> str:
    with world.runtime.store.reading() as tx:
        (levy,) = levies.of_case(tx, case)
    return str(levy.state)


def test_the_payers_declaration_is_carried_once_and_paid_as_any_other(world: World, tmp_path: Path) -> None:
    law = published(tmp_path, instead=(WHO, WHO.replace("gateway", "payer_at_tax")))
    world.runtime = replace(world.runtime, law=law)
    case = begin(world, choice="registered")
    world.carry_due()
    (declared,) = [work.message for work in world.tax_hunan.delivered if type(work.message).__name__ == "DeclareLevy"]
    shown = view(world, case)
    assert (shown["status"], levy_state(world, case)) == ("awaiting_payment", "accepted")
    assert str(declared.amount) == shown["levies"][0]["amount"]
    assert "The payer declares the levy at the tax bureau" in str(shown["items"][0]["determination"])
    receive(world.runtime, "tax-hunan", receipt(world, case, levy_number=None, reference=declared.reference))
    world.carry_due()
    assert levy_state(world, case) == "receipted"
    assert world.tax_hunan.count("DeclareLevy") == 1
