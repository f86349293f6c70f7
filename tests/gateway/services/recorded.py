"""Payments that Hebei was told of, and what it says of them when it is asked for its totals and trades."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from gateway.errors import GatewayError
from gateway.model.codes import IdType, Insurance, LegState, TradeState
from gateway.model.messages import Message
from gateway.model.person import Identity
from gateway.model.province import StartCover
from gateway.model.province_totals import TRADE, CheckTotals, CheckTrades, TotalsChecked, TradeChecked, TradesChecked
from gateway.model.values import Money
from gateway.ports import Support
from gateway.services.plans import queue
from gateway.services.runtime import Runtime
from gateway.store import leg_memory, legs, levies
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import MONTH, at, owe, pay, receipt
from tests.gateway.services.scripted import ScriptedParty

OF, NAME, REGION = "tax-guangdong", "hebei", "130102"


@dataclass
class Booked:
    """A trade as Hebei has it."""

    serial: str
    own: str
    amount: Money
    day: date


@dataclass
class Record:
    """Hebei's own record. `claimed`: the sum that it gives instead of that of its trades; `down`: it is silent."""

    booked: list[Booked] = field(default_factory=list)
    claimed: Money | None = None
    down: bool = False


class Hebei(ScriptedParty):
    """Answers for its record, which a test may spoil."""

    def __init__(self) -> None:
        super().__init__(NAME, "province", [Support("CheckTotals", keeps=(Insurance.PENSION,)), Support("CheckTrades")])
        self.record, self.asked = Record(), list[CheckTotals]()

    def ask(self, query: Message, deadline: datetime) -> Message:
        if self.record.down:
            raise GatewayError("unavailable", reason=f"down until {deadline}")
        here = [each for each in self.record.booked if query.first <= each.day <= query.last]
        total = Money(sum(each.amount.fen for each in here))
        if isinstance(query, CheckTotals):
            self.asked.append(query)
            agrees = (query.forward, query.amount) == (len(here), total)
            return TotalsChecked(agrees, len(here), 0, self.record.claimed or total)
        assert isinstance(query, CheckTrades)
        return TradesChecked(tuple(_compared(query, here)))


def _compared(query: CheckTrades, here: list[Booked]) -> list[TradeChecked]:
    theirs = {each.serial: each for each in here}
    rows = []
    for trade in query.trades:
        found = theirs.pop(trade.serial, None)
        if found is None:
            rows.append(TradeChecked(trade.serial, TradeState.ABSENT, reason="对方无此交易"))
        else:
            state = TradeState.AGREES if found.amount == trade.amount else TradeState.DIFFERS
            rows.append(TradeChecked(trade.serial, state, found.own, found.amount))
    rows += [TradeChecked(each.serial, TradeState.THEIRS_ONLY, each.own, each.amount) for each in theirs.values()]
    return rows


def with_hebei(runtime: Runtime) -> tuple[Runtime, Hebei]:
    """The gateway with Hebei among its parties."""
    hebei = Hebei()
    return replace(runtime, parties={**runtime.parties, NAME: hebei}), hebei


def tell(world: World, runtime: Runtime, hebei: Hebei, number: int, day: date, *, remembers: bool = True) -> str:
    """Let the payment `number` come in on a day and Hebei book it as told; the leg that told it."""
    levy = owe(runtime, number, OF, REGION)
    paid = receipt(number, day)
    pay(world, runtime, paid, levy, OF)
    message = StartCover(
        reference=f"r-{number}",
        person=Identity(IdType.RESIDENT_ID, "130102199003071014", "冀小骑"),
        person_number=f"13{number:08d}",
        insurance=Insurance.PENSION,
        first=MONTH,
        last=MONTH,
        amount=paid.amount,
        paid_on=day,
        voucher_number=paid.voucher_number,
    )
    with runtime.store.work("told") as tx:
        row = levies.get(tx, levy)
        leg = queue(tx, row.case, NAME, message, row.insurance, MONTH.ordinal)
        if remembers:
            leg_memory.remember(tx, leg, TRADE, f"{leg}-1 HB{number:018d}")
        legs.change(tx, leg, LegState.ACCEPTED, due_at=None)
    hebei.record.booked.append(Booked(f"{leg}-1", f"HB{number:018d}", paid.amount, day))
    return leg


def next_morning(world: World, day: date) -> None:
    """The hour at which Hebei can be asked for a day."""
    world.clock.at = at(day + timedelta(days=1), 2)
