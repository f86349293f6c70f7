"""Control calls about what becomes of a levy and its payment: locked, posted, reversed, corrected, paid back."""

import base64
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox import day_end
from sandbox.assessing import Agency
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
            "answer": self._answer,
            "top_up": self._top_up,
            "end_cover": self._end_cover,
            "day_end": self._day_end,
        }

    def _top_up(self, asked: Document) -> Document:
        """An agency asks for a difference: party (the province), id_number, insurance, month, amount.

        `tell`: its bureau pushes us the levy, too; `copies`: how often.
        """
        desk = self._world.desks.get(asked["party"])
        person = desk.register.find(str(asked["id_number"])) if desk else None
        entries = [each for each in person.entries if each.insurance == asked["insurance"]] if person else []
        if desk is None or person is None or not entries:
            raise ControlError(404, "nobody of that number takes part there")
        province = desk.register.province
        agency, today = Agency(province.name, self._world.bureaus[province.bureau]), desk.register.today
        levy = agency.top_up(person, entries[-1], str(asked["month"]), Decimal(str(asked["amount"])), today)
        for _ in range(int(asked.get("copies", 1)) if asked.get("tell") else 0):
            self._teller(province.bureau).state(levy)
        return {"notice_number": levy.notice_number, "levy_number": str(levy.number)}

    def _end_cover(self, asked: Document) -> Document:
        """A participation ends at the counter of its province: party, id_number, insurance, last (month)."""
        desk = self._world.desks.get(asked["party"])
        person = desk.register.find(str(asked["id_number"])) if desk else None
        ended = [each for each in person.entries if each.insurance == asked["insurance"]] if person else []
        for entry in ended:
            entry.state, entry.last = "ended", str(asked["last"])
        return {"ended": len(ended)}

    def _answer(self, asked: Document) -> Document:
        """A bureau has answered our differences: party, `called`, and the bytes of its file in Base64."""
        bureau = self._world.bureaus.get(asked["party"])
        if bureau is None:
            raise ControlError(404, f"no such tax bureau: {asked['party']}")
        bureau.answers[str(asked["called"])] = base64.b64decode(asked["file"])
        return {"waiting": list(bureau.answers), "told": list(bureau.differences)}

    def _day_end(self, asked: Document) -> Document:
        """A day is over: party, day, and the folder where each party has its drop folder; leave_out, amounts, refunds.

        Where the bureau has a treasury here, that tells what it posted.
        """
        bureau = self._world.bureaus.get(asked["party"])
        if bureau is None or bureau.party not in day_end.KEEPERS:
            raise ControlError(404, f"no day-end files of {asked['party']}")
        day, kept = str(asked["day"]), self._world.refunds.get(bureau.party)
        refunds = list(kept.kept.values()) if kept else []
        if node := self._world.nodes.get(treasury := bureau.party.replace("tax-", "treasury-")):
            back = day_end.paid_back(bureau, day, refunds) if treasury in asked.get("refunds", ()) else []
            rows = {"tickets": day_end.collected(bureau, day), "refunds": back, "corrections": []}
            for kind, told in rows.items():
                node.announce({"kind": kind, "day": day, "rows": day_end.posted(told, day)})
        return {"files": day_end.deliver(bureau, day, Path(asked["folder"]), asked, refunds)}

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
