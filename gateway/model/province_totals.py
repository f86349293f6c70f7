"""A region's reconciliation of the payments that we told it of: totals first (总对账), then trades (明细对账).

Both are answered out of the region's own record. A trade is known by two serials, ours and theirs (wire facts, D4).
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from gateway.model.codes import Insurance, TradeState
from gateway.model.fields import Number, Reason
from gateway.model.shape import Doc, Whole
from gateway.model.values import Money

TRADE = "trade"
"""What an attempt remembers once it is answered, where the party knows trades by serials: ours and theirs."""

_Count = Annotated[int, Whole(min=0, max=10**9)]
_First = Annotated[date, Doc("First day of the trades.", "开始日期")]  # AAE030
_Last = Annotated[date, Doc("Last day of the trades.", "终止日期")]  # AAE031
_Insurance = Annotated[Insurance, Doc("Insurance of the trades.", "险种")]
_Serial = Annotated[Number, Doc("The sender's serial of a trade.", "发送方交易流水号")]  # MSGID
_TheirSerial = Annotated[Number | None, Doc("The receiver's serial of it.", "接收方交易流水号")]  # REFMSGID
_Forward = Annotated[_Count, Doc("How many trades.", "正交易笔数")]  # BKB001
_Reverse = Annotated[_Count, Doc("How many trades that take back.", "反交易笔数")]  # BKB002
_Amount = Annotated[Money, Doc("Their sum in yuan, net of what was taken back.", "金额合计")]


@dataclass(frozen=True, slots=True)
class CheckTotals:
    """Asks whether the region's totals of some days are ours (总对账)."""

    first: _First
    last: _Last
    insurance: _Insurance
    forward: _Forward
    reverse: _Reverse
    amount: _Amount


@dataclass(frozen=True, slots=True)
class TotalsChecked:
    """The region's own figures, and whether ours agree with them."""

    agrees: Annotated[bool, Doc("Whether both sides have the same figures.", "对账结果")]  # AKE150
    forward: _Forward
    reverse: _Reverse
    amount: _Amount


@dataclass(frozen=True, slots=True)
class Trade:
    """A payment that we told the region of."""

    serial: _Serial
    amount: Annotated[Money, Doc("Amount that we told of, in yuan.", "金额")]
    their_serial: _TheirSerial = None


@dataclass(frozen=True, slots=True)
class CheckTrades:
    """Asks what the region has of each of our trades of some days (明细对账)."""

    first: _First
    last: _Last
    insurance: _Insurance
    trades: tuple[Trade, ...] = ()


@dataclass(frozen=True, slots=True)
class TradeChecked:
    """What the region has of a trade; it names those, too, that we did not."""

    serial: _Serial
    state: Annotated[TradeState, Doc("What the comparison found.", "对账状态")]  # CKAA08
    their_serial: _TheirSerial = None
    amount: Annotated[Money | None, Doc("Amount on the region's record, in yuan.", "金额")] = None
    reason: Reason | None = None  # AAA204


@dataclass(frozen=True, slots=True)
class TradesChecked:
    """The trades of both sides."""

    trades: tuple[TradeChecked, ...] = ()
