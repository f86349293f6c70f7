"""Control calls about what becomes of a levy and its payment: locked, posted, reversed, corrected, paid back."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.bureau import Bureau
from sandbox.levies import Levy
from sandbox.receipts import Teller
from sandbox.world import World

Document = Mapping[str, Any]


class ControlError(Exception):
    """A control call that cannot be followed: (HTTP status, why)."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def levy_named(world: World, asked: Document) -> tuple[Bureau, Levy]:
    """The levy of a control call: party and reference, levy_number or notice_number."""
    bureau = world.bureaus.get(asked["party"])
    if bureau is None:
        raise ControlError(404, f"no such tax bureau: {asked['party']}")
    reference, number, notice = (str(asked.get(name, "")) for name in ("reference", "levy_number", "notice_number"))
    levy = bureau.named(reference, number, notice)
    if levy is None:
        raise ControlError(404, "no such levy")
    return bureau, levy


class Afterwards:
    """What a bureau of the levy exchange, a bank and the treasury do after a levy was declared or paid."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.calls: Mapping[str, Callable[[Document], Any]] = {
            "lock": self._lock,
            "unlock": self._unlock,
            "post": self._post,
            "reverse": self._reverse,
            "correct": self._correct,
            "refund": self._refund,
        }

    def _lock(self, asked: Document) -> Document:
        """A bank session is lost: the levy is locked, and we are told."""
        bureau, levy = levy_named(self._world, asked)
        return self._told(bureau, levy, done=bureau.lock(levy))

    def _unlock(self, asked: Document) -> Document:
        """The session came to nothing: the levy is payable again, and we are told."""
        bureau, levy = levy_named(self._world, asked)
        return self._told(bureau, levy, done=bureau.unlock(levy))

    def _told(self, bureau: Bureau, levy: Levy, *, done: bool) -> Document:
        if not done:
            raise ControlError(409, "the levy is in another state")
        self._teller(bureau.party).state(levy)
        return bureau.shown_levy(levy)

    def _post(self, asked: Document) -> Document:
        """The treasury posts a payment; `copies`: how often it is told."""
        bureau, levy = self._paid(asked)
        self._teller(bureau.party).posted(levy, int(asked.get("copies", 1)))
        return bureau.shown_levy(levy)

    def _reverse(self, asked: Document) -> Document:
        """A payment is taken back, with a `reason`; `copies`: how often it is told."""
        bureau, levy = self._paid(asked)
        teller, reason = self._teller(bureau.party), str(asked.get("reason", "银行冲正"))
        teller.reversed(levy, bureau.reverse(levy), reason, int(asked.get("copies", 1)))
        return bureau.shown_levy(levy)

    def _correct(self, asked: Document) -> Document:
        """A payment is booked otherwise: `number`, `changes` (columns of the exchange), `reason`."""
        bureau, levy = self._paid(asked)
        number, reason = str(asked.get("number", f"GZ{levy.voucher}")), str(asked.get("reason", "信息更正"))
        self._teller(bureau.party).corrected(levy, number, dict(asked["changes"]), reason)
        return bureau.shown_levy(levy)

    def _refund(self, asked: Document) -> Document:
        """The treasury pays a refund back (`refuse`: the bureau does not grant it): party, reference of the refund."""
        refunds = self._world.refunds.get(asked["party"])
        refund = refunds.kept.get(str(asked["reference"])) if refunds else None
        if refunds is None or refund is None:
            raise ControlError(404, "no such refund")
        refunds.decide(refund, str(asked.get("refuse", "")))
        if not refunds.pay_back(refund):
            refunds.tell(refund)
        return {"reference": refund.reference, "state": refund.state}

    def _paid(self, asked: Document) -> tuple[Bureau, Levy]:
        bureau, levy = levy_named(self._world, asked)
        if not levy.voucher:
            raise ControlError(409, "not paid yet")
        return bureau, levy

    def _teller(self, party: str) -> Teller:
        if party not in self._world.refunds:
            raise ControlError(409, f"{party} does not speak the levy exchange")
        return self._world.tellers[party]
