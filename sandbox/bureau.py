"""One tax bureau: takes levy records in, reads them later, collects payments, tells who is to be told."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.codes import INSURANCE_OF
from sandbox.faults import Fault, Plan
from sandbox.ground import Ground
from sandbox.levies import CANCEL, CANCELLED, DECLARED, LOCKED, NEW, NOT_READ, PAID, REFUSED, TAKEN, Batch, Levy, Record
from sandbox.parties import Province

REQUIRED = [
    *("XH", "SBJBJG_DM", "GRBH", "ZJLX_DM", "ZJHM", "XM", "XZLX_DM"),
    *("YJJE", "SFSSQ_QSRQ", "SFSSQ_ZZRQ", "JK_QX", "BDLX_DM", "CSPCH", "FQNY"),
]
REQUIRED_TO_CANCEL = ["XH", "BDLX_DM", "CSPCH", "FQNY"]
LABELS = {"YJJE": "应缴金额", "GRBH": "个人编号", "XH": "序号", "XZLX_DM": "险种", "ZJHM": "证件号码", "XM": "姓名"}
MEMO_FIELDS = ("CSPCH", "FQNY", "DR_SJ")

Bad = tuple[str, str, str]
Receipt = Callable[[Levy, Fault | None, int], None]


class Bureau:
    """`paid` is called once per payment, `receipt` pushes its receipt, `read_later` the result of a record."""

    def __init__(self, province: Province, ground: Ground) -> None:
        self.party = province.bureau
        self._code = province.code
        self._ground = ground
        self.paid: Callable[[Levy], None] = lambda _levy: None
        self.receipt: Receipt = lambda _levy, _delay, _copies: None
        self.read_later: Callable[[Record], None] = lambda _record: None
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.batches: dict[str, Batch] = {}
        self.levies: dict[int, Levy] = {}
        self._keys: dict[tuple[str, str], Record] = {}
        self._by_notice: dict[str, Levy] = {}
        self._by_key: dict[str, Levy] = {}
        self._tax_numbers: dict[str, str] = {}
        self.collected: dict[str, Decimal] = {}
        self._serial = 0
        self.differences: dict[str, bytes] = {}
        self.answers: dict[str, bytes] = {}

    # the exchange

    def save(self, number: str, fields: dict[str, Any], plan: Plan) -> Bad | None:
        """Save one record for reading: None, or (code, field, message) where it is bad."""
        if bad := self._fault_of(fields, plan):
            return bad
        if "effect_missing" in plan:
            return None
        with self._ground.lock:
            known = self._keys.get((str(fields["XH"]), fields["BDLX_DM"]))
            if known is not None and _content(known.fields) != _content(fields):
                return "999", "XH", "序号(XH)重复"
            batch = self.batches.setdefault(number, Batch(number))
            if known is not None:
                if known not in batch.records:
                    batch.records.append(known)
                return None
            self._take_in(batch, fields, plan)
        return None

    def _take_in(self, batch: Batch, fields: dict[str, Any], plan: Plan) -> None:
        record = Record(fields, self._time(), copies=2 if "duplicate_reply" in plan else 1)
        batch.records.append(record)
        self._keys[str(fields["XH"]), fields["BDLX_DM"]] = record
        later = plan.get("decide_later")
        record.pushed = later is not None and later.options.get("how") == "callback"
        seconds = later.seconds if later else self._ground.pace.read_after
        if seconds is not None:
            self._ground.timers.after(seconds, lambda: self.read(record, plan.get("refuse")))

    def record(self, key: str, kind: str) -> Record | None:
        """The record that was saved under a key of ours, of that kind (BDLX_DM)."""
        return self._keys.get((key, kind))

    def read(self, record: Record, refusal: Fault | None = None) -> None:
        """Read a saved record: a levy comes into being or is cancelled, or the record is refused."""
        with self._ground.lock:
            if record.result != NOT_READ:
                return
            record.read = self._time()
            record.result, record.note = TAKEN, ""
            if refusal is not None:
                record.result, record.note = REFUSED, str(refusal.options.get("reason", "应缴金额与费率不符"))
            elif record.fields["BDLX_DM"] == CANCEL:
                self._cancel(record)
            else:
                record.levy = self.declare(record.fields)
        if record.pushed:
            self.read_later(record)

    def declare(self, fields: dict[str, Any], about: str = "") -> Levy:
        """Open a levy, payable from now on. `about`: the reference of the enrolment where an agency issued it."""
        with self._ground.lock:
            self._serial += 1
            number = int(f"{self._code}01{self._ground.today[2:4]}{self._serial:09d}")
            person = self._tax_numbers.setdefault(fields["ZJHM"], f"SW{self._code}{self._serial:09d}")
            levy = Levy(number, person, fields, about=about or str(fields["XH"]), declared_on=self._ground.today)
            self.levies[number] = levy
            self._by_key[str(fields["XH"])] = levy
            if levy.notice_number:
                self._by_notice[levy.notice_number] = levy
        kind = "levy_assessed" if fields["SJLYLX"] == "2" else "levy_declared"
        self._ground.effects.note(self.party, kind, levy.about, amount=str(fields["YJJE"]))
        if self._ground.pace.pay_after is not None:
            self._ground.timers.after(self._ground.pace.pay_after, lambda: self._pay_by_itself(levy))
        return levy

    def find(self, key: str = "", number: str = "", notice: str = "") -> Levy | None:
        """The levy that every number given names."""
        found = [self._by_key.get(key)] if key else []
        found += [self.levies.get(int(number)) if number.isdecimal() else None] if number else []
        found += [self._by_notice.get(notice)] if notice else []
        return found[0] if found and all(levy is found[0] for levy in found) else None

    def named(self, reference: str = "", number: str = "", notice: str = "") -> Levy | None:
        """The newest levy of a reference of ours, whoever issued it; or by number."""
        if number or notice:
            return self.find("", number, notice)
        with self._ground.lock:
            return next((levy for levy in reversed(self.levies.values()) if levy.about == reference), None)

    # collecting

    def push_again(self, levy: Levy) -> None:
        """Push the receipt of a paid levy once more, with what was held back of it; nobody else is told."""
        levy.held = 0
        self.receipt(levy, None, 1)

    def pay(self, levy: Levy, amount: Decimal | None = None, *, force: bool = False) -> bool:
        """The payer pays: False where it is paid already or cancelled (`force` pays a cancelled one: late money)."""
        plan = self._ground.faults.take(self.party, "Receipt", [INSURANCE_OF[levy.fields["XZLX_DM"]]])
        with self._ground.lock:
            if levy.state == PAID or (levy.state != DECLARED and not force):
                return False
            if amount is None:
                amount = differing(Decimal(levy.fields["YJJE"]), plan)
            levy.state, levy.collected = PAID, amount
            # A levy whose payment was reversed is paid under a voucher of its own.
            levy.voucher = f"{3 + levy.payments}{self._code}011{levy.number % 10**9:012d}"
            levy.payments += 1
            levy.paid_on = self._ground.today
            levy.by_month = "by_month" in plan
            levy.held = int(plan["by_month"].options.get("hold", 0)) if levy.by_month else 0
            self.collected[levy.voucher] = amount
        self._ground.effects.note(self.party, "paid", levy.about, amount=str(amount), voucher=levy.voucher)
        self.paid(levy)
        self.receipt(levy, plan.get("slow"), 2 if "duplicate_reply" in plan else 1)
        return True

    def lock(self, levy: Levy) -> bool:
        """A bank session over a levy is lost: neither paid nor payable; False where it is not payable."""
        return self._turn(levy, DECLARED, LOCKED)

    def unlock(self, levy: Levy) -> bool:
        """The bank session came to nothing: the levy is payable again."""
        return self._turn(levy, LOCKED, DECLARED)

    def reverse(self, levy: Levy) -> str:
        """Take a payment back; the voucher that it had, "" where nothing was paid. The levy is payable again."""
        with self._ground.lock:
            if levy.state != PAID:
                return ""
            voucher, levy.voucher, levy.state = levy.voucher, "", DECLARED
            self.collected.pop(voucher, None)
        self._ground.effects.note(self.party, "reversed", levy.about, voucher=voucher)
        return voucher

    def _turn(self, levy: Levy, before: str, after: str) -> bool:
        with self._ground.lock:
            if levy.state != before:
                return False
            levy.state = after
        return True

    def take_differences(self, name: str, file: bytes) -> str | None:
        """Take a file of differences in; its number, None where another file has its name."""
        if self.differences.setdefault(name, file) != file:
            return None
        return f"CY{self._code}{list(self.differences).index(name) + 1:06d}"

    def shown(self) -> dict[str, Any]:
        """Levies and batches, for the control state."""
        with self._ground.lock:
            return {
                "levies": [self.shown_levy(levy) for levy in self.levies.values()],
                "batches": {number: len(batch.records) for number, batch in self.batches.items()},
            }

    def shown_levy(self, levy: Levy) -> dict[str, Any]:
        """One levy, for the control state."""
        return {
            "reference": levy.about,
            "levy_number": str(levy.number),
            "notice_number": levy.notice_number,
            "id_number": levy.fields["ZJHM"],
            "insurance": INSURANCE_OF[levy.fields["XZLX_DM"]],
            "amount": str(levy.fields["YJJE"]),
            "state": levy.state_on(self._ground.today),
            "voucher": levy.voucher,
        }

    def _pay_by_itself(self, levy: Levy) -> None:
        if levy.state == DECLARED:
            self.pay(levy)

    def _cancel(self, record: Record) -> None:
        asked = record.fields
        number, notice = str(asked.get("SB_YZ_XH") or ""), str(asked.get("AAZ288") or "")
        levy = self.find("" if number or notice else str(asked["XH"]), number, notice)
        record.levy = levy
        if levy is None:
            record.result, record.note = REFUSED, "无此应征记录"
        elif levy.state == PAID:
            record.result, record.note = REFUSED, "已缴费，不能作废"
        elif levy.state == LOCKED:
            record.result, record.note = REFUSED, "扣缴中，不能作废"
        elif levy.state != CANCELLED:
            levy.state = CANCELLED
            self._ground.effects.note(self.party, "levy_cancelled", levy.about)

    def _fault_of(self, fields: dict[str, Any], plan: Plan) -> Bad | None:
        required = REQUIRED_TO_CANCEL if fields.get("BDLX_DM") == CANCEL else REQUIRED
        for name in required:
            if fields.get(name) in (None, ""):
                return "101", name, f"{LABELS.get(name, name)}({name})不能为空"
        if fields["BDLX_DM"] not in (NEW, CANCEL):
            return "999", "BDLX_DM", "变动类型(BDLX_DM)不识别"
        if fields["BDLX_DM"] == NEW and fields["XZLX_DM"] not in INSURANCE_OF:
            return "999", "XZLX_DM", "险种(XZLX_DM)不识别"
        if fields["BDLX_DM"] == NEW and not Decimal(fields["YJJE"]) > 0:
            return "999", "YJJE", "应缴金额(YJJE)必须大于零"
        partly = plan.get("decide_in_part")
        if partly and partly.insurance in (None, INSURANCE_OF.get(str(fields.get("XZLX_DM")))):
            return "999", "XZLX_DM", str(partly.options.get("reason", "该险种暂不受理"))
        return None

    def _time(self) -> str:
        return self._ground.clock.now().strftime("%Y-%m-%d %H:%M:%S")


def differing(amount: Decimal, plan: Plan) -> Decimal:
    """The amount under a plan: as it is, or as `amount_differs` says (a sum, or a difference with its sign)."""
    fault = plan.get("amount_differs")
    if fault is None:
        return amount
    text = str(fault.options.get("amount", "+1.00"))
    return amount + Decimal(text) if text[0] in "+-" else Decimal(text)


def _content(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in MEMO_FIELDS}
