"""What a bureau of the core system pushes, in its own envelope and its own columns."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from sandbox import gt3
from sandbox.bureau import Bureau
from sandbox.codes import INSURANCE_OF
from sandbox.ground import Ground
from sandbox.gt3 import Core
from sandbox.levies import Levy, Record
from sandbox.push import Push
from sandbox.receipts import CORRECTION, POSTING, REVERSAL, Teller
from sandbox.refunding import Refund

MEDIA_TYPE = "text/xml;charset=UTF-8"
CALLS = {POSTING: gt3.POSTING, REVERSAL: gt3.REVERSAL, CORRECTION: gt3.CORRECTION}
# The columns of the levy exchange and those of the core system that say the same.
COLUMNS = {
    "XZLX_DM": "ZSXM_DM",
    "GZ_XZLX_DM": "GZ_ZSXM_DM",
    "SFSSQ_QSRQ": "SKSSQQ",
    "GZ_SFSSQ_QSRQ": "GZ_SKSSQQ",
    "GZ_SFSSQ_ZZRQ": "GZ_SKSSQZ",
    "SKSSQ": "AAE002",
    "SB_YZ_XH": "PZXH",
}
FEN = Decimal("0.01")


class Envelope(Protocol):
    """One of the two envelopes."""

    core: Core

    def write(self, call: str, content: Mapping[str, Any], serial: str) -> bytes:
        """A push."""
        ...

    def answered(self, status: int, body: bytes) -> bool:
        """Whether a push was taken."""
        ...


class CoreTeller(Teller):
    """As every bureau tells, in the core system's words."""

    def __init__(self, bureau: Bureau, ground: Ground, envelope: Envelope) -> None:
        super().__init__(bureau, ground)
        self._envelope = envelope

    def read(self, record: Record) -> None:
        """Push what became of a record."""
        levy = record.levy or Levy(0, "", record.fields, about=str(record.fields["XH"]))
        self._result(levy, self._envelope.core.row_of(record), record.copies)

    def state(self, levy: Levy) -> None:
        """Push the present state of a levy."""
        self._result(levy, self._envelope.core.row_of_levy(levy), 1)

    def receipt_of(self, levy: Levy, copies: int) -> Push:
        """The push of a receipt; the treasury books it the day after."""
        booked_on = (date.fromisoformat(self._ground.today) + timedelta(days=1)).isoformat()
        return self._told("Receipt", gt3.RECEIPT, levy, self._envelope.core.receipt(levy, booked_on), copies)

    def refunded(self, refund: Refund) -> None:
        """Push what became of a refund."""
        stands_for = Levy(0, "", dict(refund.fields), about=refund.reference)
        content = {"JLS": "1", "TFJGGrid": [gt3.row_of_refund(refund)]}
        self._ground.pushes.send(self._told("RefundResult", gt3.REFUNDED, stands_for, content, 1))

    def _result(self, levy: Levy, row: Mapping[str, Any], copies: int) -> None:
        content = {"JLS": "1", "YZGrid": [row]}
        self._ground.pushes.send(self._told("LevyResult", gt3.RESULT, levy, content, copies))

    def _push(self, message: str, api: str, levy: Levy, rows: Mapping[str, Any], copies: int) -> Push:
        """Postings, reversals and corrections: the row of the levy exchange in the core system's columns."""
        (((row,)),) = rows.values()
        return self._told(message, CALLS[api], levy, dict(_column(*item) for item in row.items()), copies)

    def _told(self, message: str, call: str, levy: Levy, content: Mapping[str, Any], copies: int) -> Push:
        party, serial = self._bureau.party, secrets.token_hex(16)

        def write(_attempt: int) -> tuple[str, bytes, dict[str, str]]:
            return f"/in/{party}", self._envelope.write(call, content, serial), {"Content-Type": MEDIA_TYPE}

        return Push(party, message, levy.about, write, self._envelope.answered, copies)


def _column(name: str, value: Any) -> tuple[str, str]:
    if name.endswith("XZLX_DM"):
        value = gt3.ITEM[INSURANCE_OF[value]]
    elif name.endswith("JE"):
        value = Decimal(str(value).strip("¤")).quantize(FEN)
    return COLUMNS.get(name, name), str(value)
