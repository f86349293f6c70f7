"""A bureau's core system behind either of its envelopes: documents with the tax side's own names (wire facts, 3.2 C).

It decides at once, unless a script says that it decides later; what it has decided is told again to who asks again.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.bureau import Bureau
from sandbox.codes import INSURANCE_OF, NATIONAL
from sandbox.faults import Plan
from sandbox.ground import Ground
from sandbox.levies import CANCEL, NEW, NOT_READ, REFUSED, Levy, Record
from sandbox.refunding import DECIDED, PAID, Refund, Refunds

ITEM = {
    "pension": "10201",
    "unemployment": "10202",
    "medical": "10203",
    "occupational_injury": "10204",
    "maternity": "10205",
    "resident_pension": "10210",
    "resident_medical": "10212",
}
INSURANCE = {item: insurance for insurance, item in ITEM.items()}
DECLARE, CANCELLATION, FIND, RESULT, RECEIPT = "YZSB", "YZZF", "YZCX", "YZJGTS", "JKPZTS"
POSTING, REVERSAL, CORRECTION, REFUND, REFUNDED = "RKTZTS", "CZTZTS", "GZTZTS", "TFSQ", "TFJGTS"
MESSAGES = {DECLARE: "DeclareLevy", CANCELLATION: "CancelLevy", FIND: "FindLevy", REFUND: "RequestRefund"}
REQUIRED = (
    *("XH", "SBJBJG_DM", "GRBH", "SFZJLX_DM", "NSRSBH", "NSRMC"),
    *("ZSXM_DM", "SKSSQQ", "SKSSQZ", "JKQX", "YNSE"),
)
REFUND_REQUIRED = ("XH", "GRBH", "NSRSBH", "DZSPHM", "ZSXM_DM", "SKSSQQ", "SKSSQZ", "TFJE", "TFYY_DM")
UNDECIDED, NOT_TAKEN = "00", "09"
MISSING, WRONG, NOT_LET_IN, BROKEN = "101", "999", "401", "500"
NO_USER, NO_CALL = "接入用户或密码不正确", "无此业务"
FEN = Decimal("0.01")

Document = Mapping[str, Any]
Row = dict[str, Any]


class CoreError(Exception):
    """A call that is not carried out: (code, reason)."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Core:
    """The system in front of one bureau's levies."""

    def __init__(self, bureau: Bureau, ground: Ground, refunds: Refunds) -> None:
        self.bureau = bureau
        self._refunds = refunds
        self._ground = ground
        self._calls: Mapping[str, Callable[[str, Document, Plan], list[Row]]] = {
            DECLARE: self._declare,
            CANCELLATION: self._cancel,
            FIND: self._find,
            REFUND: self._refund,
        }

    def plan(self, call: str, asked: Document) -> Plan:
        """What is scripted for a call; CoreError where it is none."""
        if call not in MESSAGES:
            raise CoreError(BROKEN, NO_CALL)
        named = INSURANCE.get(str(asked.get("ZSXM_DM")), "")
        levy = self._levy(asked) if call in (CANCELLATION, FIND) else None
        insurance = INSURANCE_OF[levy.fields["XZLX_DM"]] if levy else named
        return self._ground.faults.take(self.bureau.party, MESSAGES[call], [insurance])

    def act(self, call: str, serial: str, asked: Document, plan: Plan) -> Document:
        """Do what a call says: what is answered; CoreError where it is not done."""
        rows = self._calls[call](serial, asked, plan)
        if "duplicate_reply" in plan:
            rows = [*rows, *rows]
        return {"JLS": str(len(rows)), "TFJGGrid" if call == REFUND else "YZGrid": rows}

    def row_of(self, record: Record) -> Row:
        """What is told of a declaration or cancellation, as it stands by now."""
        if record.result == NOT_READ:
            return {"XH": record.fields["XH"], "YZZT_DM": UNDECIDED}
        if record.levy is None:
            return {"XH": record.fields["XH"], "YZZT_DM": NOT_TAKEN, "BZ": record.note}
        return self.row_of_levy(record.levy) | ({"BZ": record.note} if record.result == REFUSED else {})

    def receipt(self, levy: Levy, booked_on: str) -> Row:
        """What is told of a payment."""
        fields, today = levy.fields, self._ground.today
        row = {
            "DZSPHM": levy.voucher,
            **_named(levy),
            "SB_YZMX_XH": "1",
            "DJXH": _registered(levy),
            "ZSXM_DM": ITEM[INSURANCE_OF[fields["XZLX_DM"]]],
            "YNSE": _yuan(fields["YJJE"]),
            "SJJE": _yuan(levy.collected),
            "SKSSQQ": fields["SFSSQ_QSRQ"],
            "SKSSQZ": fields["SFSSQ_ZZRQ"],
            "AAE002": today[:7].replace("-", ""),
            "KPRQ": today,
            "RKRQ": booked_on,
        }
        whole = levy.collected == Decimal(fields["YJJE"])
        return row | ({"FYZCGrid": [_share(one, "SJJE") for one in fields.get("FYZCGrid", ())]} if whole else {})

    # the calls

    def _declare(self, serial: str, asked: Document, plan: Plan) -> list[Row]:
        insurance = _checked(asked, REQUIRED)
        try:
            fields = _record(asked, insurance, serial)
        except (InvalidOperation, KeyError):
            raise CoreError(WRONG, "应纳税费额(YNSE)不是金额") from None
        return self._saved(serial, fields, plan)

    def _cancel(self, serial: str, asked: Document, plan: Plan) -> list[Row]:
        if not asked.get("XH"):
            raise CoreError(MISSING, "XH不能为空")
        named = {"SB_YZ_XH": asked.get("PZXH", ""), "AAZ288": asked.get("AAZ288", "")}
        memo = {"BZ": asked.get("BZ", ""), "CSPCH": serial, "FQNY": self._ground.today[:7].replace("-", "")}
        fields = {"XH": asked["XH"], **named, **memo, "BDLX_DM": CANCEL}
        rows = self._saved(serial, fields, plan)
        return [row for row in rows if row["YZZT_DM"] != NOT_TAKEN]  # there is no such levy

    def _find(self, _serial: str, asked: Document, _plan: Plan) -> list[Row]:
        self._ground.effects.count(self.bureau.party, "levy_looked_up", str(asked.get("XH", "")))
        levy = self._levy(asked)
        if levy is not None:
            return [self.row_of_levy(levy)]
        record = self.bureau.record(str(asked.get("XH", "")), NEW)
        return [self.row_of(record)] if record is not None else []

    def _refund(self, _serial: str, asked: Document, plan: Plan) -> list[Row]:
        national = NATIONAL[_checked(asked, REFUND_REQUIRED)]
        months = {"SFSSQ_QSRQ": asked["SKSSQQ"], "SFSSQ_ZZRQ": asked["SKSSQZ"]}
        named = {name: asked[name] for name in ("XH", "GRBH", "DZSPHM", "TFYY_DM")} | {"ZJHM": asked["NSRSBH"]}
        refund = self._refunds.ask({**named, **months, "XZLX_DM": national, "TFJE": Decimal(asked["TFJE"])}, plan)
        if refund is None:
            raise CoreError(WRONG, "序号(XH)重复")
        return [row_of_refund(refund)]

    def _saved(self, serial: str, fields: Row, plan: Plan) -> list[Row]:
        """Save and decide, or tell again what was decided."""
        with self._ground.lock:
            if self.bureau.record(fields["XH"], fields["BDLX_DM"]) is not None:
                self._ground.effects.count(self.bureau.party, "repeated", fields["XH"])
            if bad := self.bureau.save(serial, fields, plan):
                raise CoreError(bad[0], bad[2])
            record = self.bureau.record(fields["XH"], fields["BDLX_DM"])
            if record is None:
                return [{"XH": fields["XH"], "YZZT_DM": UNDECIDED}]
            if "decide_later" not in plan:
                self.bureau.read(record, plan.get("refuse"))
            return [self.row_of(record)]

    # small parts

    def row_of_levy(self, levy: Levy) -> Row:
        """A levy as it stands by now."""
        fields, owed = levy.fields, Decimal(levy.fields["YJJE"])
        return {
            **_named(levy),
            "DJXH": _registered(levy),
            "ZSXM_DM": ITEM[INSURANCE_OF[fields["XZLX_DM"]]],
            "SKSSQQ": fields["SFSSQ_QSRQ"],
            "SKSSQZ": fields["SFSSQ_ZZRQ"],
            "YNSE": _yuan(owed),
            "JMSE": _yuan(0),
            "YJSE": _yuan(levy.collected),
            "YBTSE": _yuan(owed - levy.collected),
            "JKQX": fields["JK_QX"],
            **({"DZSPHM": levy.voucher} if levy.voucher else {}),
            "YZZT_DM": levy.state_on(self._ground.today),
        }

    def _levy(self, asked: Document) -> Levy | None:
        return self.bureau.find(*(str(asked.get(name) or "") for name in ("XH", "PZXH", "AAZ288")))


def row_of_refund(refund: Refund) -> Row:
    """A refund as it stands by now."""
    row = {"XH": refund.reference, "TFBH": refund.number, "TFZT_DM": refund.state}
    row |= {"TFJE": _yuan(refund.fields["TFJE"])} if refund.state in (DECIDED, PAID) else {}
    row |= {"TFRQ": refund.paid_on} if refund.paid_on else {}
    return row | ({"BZ": refund.note} if refund.note else {})


def _checked(asked: Document, required: Sequence[str]) -> str:
    """The insurance of a document that has all it needs; CoreError."""
    for name in required:
        if not asked.get(name):
            raise CoreError(MISSING, f"{name}不能为空")
    insurance = INSURANCE.get(asked["ZSXM_DM"])
    if insurance is None:
        raise CoreError(WRONG, "征收项目(ZSXM_DM)不识别")
    return insurance


def _record(asked: Document, insurance: str, serial: str) -> Row:
    """A declaration in the words in which every bureau of the sandbox keeps it."""
    return {
        "XH": asked["XH"],
        "SJLYLX": "1",
        "SBJBJG_DM": asked["SBJBJG_DM"],
        "GRBH": asked["GRBH"],
        "ZJLX_DM": asked["SFZJLX_DM"],
        "ZJHM": asked["NSRSBH"],
        "XM": asked["NSRMC"],
        "XZLX_DM": NATIONAL[insurance],
        "YJJE": Decimal(asked["YNSE"]),
        "SFSSQ_QSRQ": asked["SKSSQQ"],
        "SFSSQ_ZZRQ": asked["SKSSQZ"],
        "JK_QX": asked["JKQX"],
        "FYZCGrid": [{**share, "YJJE": Decimal(share["YNSE"])} for share in _rows(asked.get("FYZCGrid"))],
        "BDLX_DM": NEW,
        "CSPCH": serial,
        "FQNY": str(asked["SKSSQQ"])[:7].replace("-", ""),
    }


def _rows(found: Any) -> Sequence[Document]:
    return found if isinstance(found, list) else ()


def _named(levy: Levy) -> Row:
    ours = {"AAZ288": levy.notice_number} if levy.notice_number else {"XH": levy.fields["XH"]}
    return {**ours, "PZXH": str(levy.number)}


def _registered(levy: Levy) -> str:
    """The payer's registration number: 20 digits."""
    return f"101{int(levy.tax_person_number.removeprefix('SW')):017d}"


def _share(share: Document, name: str) -> Row:
    return {"FYMC": share["FYMC"], "JFZT_DM": share["JFZT_DM"], name: _yuan(share["YJJE"])}


def _yuan(value: Any) -> str:
    return str(Decimal(value).quantize(FEN))
