"""What a bureau pushes: receipts, and results where it was scripted to push them."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sandbox import exchange, monthly
from sandbox.bureau import Bureau
from sandbox.codes import INSURANCE_OF
from sandbox.faults import Fault
from sandbox.ground import Ground
from sandbox.levies import Levy, Record
from sandbox.push import Push, Write
from sandbox.refunding import Refund
from sandbox.register import Register

RECEIPT, RESULT = "/v1/receipt", "/v1/taxInfoResults"
POSTING, REVERSAL, CORRECTION = "/v1/posting", "/v1/reversal", "/v1/correction"
REFUND = "/v1/refundResult"
TAX_ITEM = {
    "pension": "10201",
    "unemployment": "10202",
    "medical": "10203",
    "occupational_injury": "10204",
    "maternity": "10205",
    "resident_pension": "10210",
    "resident_medical": "10212",
}


class Teller:
    """Carries out what a bureau tells: receipts to us, payments to the province where tax tells it.

    `registers`: of every province that the bureau collects for; a payment is booked where the participation stands.
    """

    def __init__(self, bureau: Bureau, ground: Ground) -> None:
        self._bureau = bureau
        self.registers: list[Register] = []
        self._ground = ground
        bureau.paid, bureau.receipt, bureau.read_later = self.paid, self.receipt, self.read

    def paid(self, levy: Levy) -> None:
        """Book the payment at the province where tax tells it."""
        told = (register for register in self.registers if register.province.paid_by == "tax")
        any(register.book(payment_of(levy), "tax") for register in told)

    def receipt(self, levy: Levy, delay: Fault | None, copies: int) -> None:
        """Push the receipt, at once or after the scripted delay."""
        for part in monthly.told(levy):
            self._send(self.receipt_of(part, copies), delay.seconds if delay is not None else None)

    def _send(self, push: Push, seconds: float | None) -> None:
        if seconds:
            self._ground.timers.after(seconds, lambda: self._ground.pushes.send(push))
        else:
            self._ground.pushes.send(push)

    def receipt_of(self, levy: Levy, copies: int) -> Push:
        """The push of a receipt."""
        return self._push("Receipt", RECEIPT, levy, {"receiptGrid": [self._receipt(levy)]}, copies)

    def read(self, record: Record) -> None:
        """Push the result of one record."""
        rows = {"gryzmxGrid": [exchange.row_of(record, self._ground)]}
        levy = record.levy or Levy(0, "", record.fields, about=str(record.fields["XH"]))
        self._ground.pushes.send(self._push("LevyResult", RESULT, levy, rows, record.copies))

    def state(self, levy: Levy) -> None:
        """Push the present state of a levy."""
        rows = {"gryzmxGrid": [exchange.row_of_levy(levy, self._ground)]}
        self._ground.pushes.send(self._push("LevyResult", RESULT, levy, rows, 1))

    def posted(self, levy: Levy, copies: int = 1) -> None:
        """Push that the treasury has posted a payment today."""
        for number, part in enumerate(monthly.told(levy)):
            row = {"RKLSH": f"RK{levy.voucher}{_nth(number)}", **self._original(part, levy.voucher)}
            row |= {"RKJE": exchange.number(part.collected), "RKRQ": self._ground.today, "SKSSQ": self._month}
            row |= {"TRANO": levy.voucher[-8:]}
            self._ground.pushes.send(self._push("PostPayment", POSTING, part, {"postingGrid": [row]}, copies))

    def reversed(self, levy: Levy, voucher: str, reason: str, copies: int = 1) -> None:
        """Push that a payment was taken back."""
        for number, part in enumerate(monthly.told(levy)):
            row = {"CZLSH": f"CZ{voucher}{_nth(number)}", **self._original(part, voucher)}
            row |= {"CZJE": exchange.number(part.collected), "CZRQ": self._ground.today, "SKSSQ": self._month}
            row |= {"BZ": reason}
            self._ground.pushes.send(self._push("ReversePayment", REVERSAL, part, {"reversalGrid": [row]}, copies))

    def corrected(self, levy: Levy, number: str, changes: Mapping[str, str], reason: str) -> None:
        """Push that a payment is booked otherwise; `changes`: the columns that replace what the receipt said."""
        row = {
            "GZLSH": number,
            **self._original(levy, levy.voucher),
            "GZRQ": self._ground.today,
            "BZ": reason,
            **changes,
        }
        self._ground.pushes.send(self._push("CorrectPayment", CORRECTION, levy, {"correctionGrid": [row]}, 1))

    def refunded(self, refund: Refund) -> None:
        """Push what became of a refund."""
        rows = {"tfjgGrid": [exchange.row_of_refund(refund)]}
        stands_for = Levy(0, "", dict(refund.fields), about=refund.reference)
        self._ground.pushes.send(self._push("RefundResult", REFUND, stands_for, rows, 1))

    @property
    def _month(self) -> str:
        return self._ground.today[:7].replace("-", "")

    @staticmethod
    def _original(levy: Levy, voucher: str) -> dict[str, Any]:
        fields = levy.fields
        return {"DZSPHM": voucher, "XZLX_DM": fields["XZLX_DM"], "SFSSQ_QSRQ": fields["SFSSQ_QSRQ"]}

    def _push(self, message: str, api: str, levy: Levy, rows: Mapping[str, Any], copies: int) -> Push:
        day = self._ground.today.replace("-", "")
        body = {"cspch": f"R{levy.number or day}{message[0]}", "jls": 1, **rows}
        session = exchange.request_id()
        write = self._writer(api, body, session)
        return Push(self._bureau.party, message, levy.about, write, _answered, copies)

    def _writer(self, api: str, body: Mapping[str, Any], session: str) -> Write:
        party = self._bureau.party

        def write(_attempt: int) -> tuple[str, bytes, dict[str, str]]:
            request = exchange.request_id()
            sent = exchange.dumps({"head": exchange.head(api, request, self._ground), "body": body})
            query = f"requestId={request}&sessionId={session}&appId={party}&clientVersion=1.0"
            return f"/in/{party}?{query}&sign={exchange.sign(party, sent)}", sent, {"Content-Type": exchange.JSON}

        return write

    def _receipt(self, levy: Levy) -> dict[str, Any]:
        fields, today = levy.fields, self._ground.today
        insurance = INSURANCE_OF[fields["XZLX_DM"]]
        whole = levy.collected == Decimal(fields["YJJE"])
        receipt = {
            "DZSPHM": levy.voucher,
            "XH": None if levy.notice_number else fields["XH"],
            "SB_YZ_XH": levy.number,
            "SB_YZMX_XH": 1,
            "AAZ288": levy.notice_number or None,
            "GRBH": fields["GRBH"],
            "GRBH_SW": levy.tax_person_number,
            "XZLX_DM": fields["XZLX_DM"],
            "ZSXM_DM": TAX_ITEM[insurance],
            "YJJE": exchange.number(Decimal(fields["YJJE"])),
            "SJJE": exchange.number(levy.collected),
            "SFSSQ_QSRQ": fields["SFSSQ_QSRQ"],
            "SFSSQ_ZZRQ": fields["SFSSQ_ZZRQ"],
            "SKSSQ": today[:7].replace("-", ""),
            "KPRQ": today,
            "RKRQ": (date.fromisoformat(today) + timedelta(days=1)).isoformat(),
            "FYZCGrid": [_collected(share) for share in fields.get("FYZCGrid", [])] if whole else None,
        }
        return {name: value for name, value in receipt.items() if value is not None}


def _nth(number: int) -> str:
    """What tells the number of a later month of a voucher from that of its first."""
    return f"-{number}" if number else ""


def payment_of(levy: Levy) -> dict[str, str]:
    """What a province books."""
    fields = levy.fields
    return {
        "id_number": fields["ZJHM"],
        "insurance": INSURANCE_OF[fields["XZLX_DM"]],
        "first": fields["SFSSQ_QSRQ"][:7],
        "last": fields["SFSSQ_ZZRQ"][:7],
        "reference": "" if levy.notice_number else str(fields["XH"]),
    }


def _collected(share: Mapping[str, Any]) -> dict[str, Any]:
    return {"FYMC": share["FYMC"], "JFZT_DM": share["JFZT_DM"], "SJJE": exchange.number(Decimal(share["YJJE"]))}


def _answered(status: int, body: bytes) -> bool:
    try:
        return status == 200 and json.loads(body)["head"]["errorCode"] == "0"  # noqa: PLR2004 - HTTP's OK
    except (ValueError, KeyError, TypeError):
        return False
