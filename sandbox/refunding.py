"""Refunds at a tax bureau: asked for once each, decided, and paid back by the treasury when told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sandbox.bureau import Bureau
from sandbox.faults import Fault, Plan
from sandbox.ground import Ground

RECEIVED, DECIDED, REFUSED, PAID = "0", "1", "2", "3"
NO_SUCH, TOO_MUCH = "无此缴费凭证", "退费金额超过实缴金额"


@dataclass(slots=True)
class Refund:
    """One refund. `fields`: as it was asked for; amounts in yuan."""

    number: str
    fields: Mapping[str, Any]
    state: str = RECEIVED
    note: str = ""
    paid_on: str = ""

    @property
    def reference(self) -> str:
        """The asker's reference."""
        return str(self.fields["XH"])


@dataclass(slots=True)
class Refunds:
    """The refunds of one bureau. `tell` pushes what became of one."""

    bureau: Bureau
    ground: Ground
    kept: dict[str, Refund] = field(default_factory=dict)
    tell: Callable[[Refund], None] = lambda _refund: None

    def clear(self) -> None:
        """Forget every refund."""
        self.kept.clear()

    def ask(self, fields: Mapping[str, Any], plan: Plan) -> Refund | None:
        """Take a request in and decide it, now or later; None where the reference came with other content."""
        with self.ground.lock:
            known = self.kept.get(str(fields["XH"]))
            if known is not None:
                return known if known.fields == fields else None
            code = self.bureau.party.upper().replace("-", "")[-6:]
            refund = Refund(f"TF{code}{len(self.kept) + 1:06d}", fields)
            if "effect_missing" in plan:
                refund.state = DECIDED
                return refund
            self.kept[refund.reference] = refund
            self.ground.effects.note(self.bureau.party, "refund_asked", refund.reference, amount=str(fields["TFJE"]))
            self._script(refund, plan)
            return refund

    def decide(self, refund: Refund, reason: str = "") -> None:
        """Decide a refund that nobody has decided: refused with a reason, else by what was paid."""
        with self.ground.lock:
            if refund.state != RECEIVED:
                return
            refund.note = reason or self._against(refund)
            refund.state = REFUSED if refund.note else DECIDED
            kind = "refund_refused" if refund.note else "refund_decided"
            self.ground.effects.note(self.bureau.party, kind, refund.reference)

    def pay_back(self, refund: Refund) -> bool:
        """The treasury pays a decided refund back, and we are told; False where it is not decided, or was paid."""
        with self.ground.lock:
            if refund.state != DECIDED:
                return False
            refund.state, refund.paid_on = PAID, self.ground.today
        self.ground.effects.note(self.bureau.party, "refunded", refund.reference, amount=str(refund.fields["TFJE"]))
        self.tell(refund)
        return True

    def shown(self) -> list[dict[str, str]]:
        """Every refund, for the control state."""
        return [
            {
                "reference": each.reference,
                "number": each.number,
                "state": each.state,
                "amount": str(each.fields["TFJE"]),
            }
            for each in self.kept.values()
        ]

    def _script(self, refund: Refund, plan: Plan) -> None:
        later, refusal = plan.get("decide_later"), plan.get("refuse")
        reason = str(refusal.options.get("reason", "不符合退费条件")) if refusal else ""
        if later is None:
            self.decide(refund, reason)
        elif later.seconds is not None:
            self.ground.timers.after(later.seconds, lambda: self._decide_later(refund, reason, later))

    def _decide_later(self, refund: Refund, reason: str, how: Fault) -> None:
        self.decide(refund, reason)
        if how.options.get("how") == "callback":
            self.tell(refund)

    def _against(self, refund: Refund) -> str:
        voucher = str(refund.fields["DZSPHM"])
        collected = self.bureau.collected.get(voucher)
        if collected is None:
            return NO_SUCH
        others = (each for each in self.kept.values() if each is not refund and each.state in (DECIDED, PAID))
        before = sum(Decimal(each.fields["TFJE"]) for each in others if each.fields["DZSPHM"] == voucher)
        return TOO_MUCH if before + Decimal(refund.fields["TFJE"]) > collected else ""
