"""The differences of a day as a bureau is told of them (差异反馈文件): head, a row for each key in a break, foot.

The keys are those of the bureau's own statement (gateway.model.statement), so that it finds its records by them;
nothing in the file says who somebody is.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from gateway.model.codes import Insurance
from gateway.model.reconciliation import BreakClass, RowState
from gateway.model.repair import RepairCode
from gateway.model.shape import Doc, Text, Whole
from gateway.model.values import Money, Month, Region

_NUMBERS = r"[0-9A-Za-z-]+"
_NUMBER_FORM = "letters, digits and hyphens"
_Number = Text(max=32, pattern=_NUMBERS, form=_NUMBER_FORM + ", at most 32")
_Short = Text(max=20, pattern=_NUMBERS, form=_NUMBER_FORM + ", at most 20")


@dataclass(frozen=True, slots=True)
class DifferenceHead:
    """What the file is: of which day, for whom; `sequence` rises with every run that compared the day anew."""

    version: Annotated[int, Whole(min=1, max=1), Doc("Version of the format.", "格式版本")]
    party: Annotated[str, Text(max=64), Doc("Id of the party that is told.", "对接方编号")]
    day: Annotated[date, Doc("Day that was reconciled.", "对账日期")]
    sequence: Annotated[int, Whole(min=1, max=999), Doc("1, and higher for a day compared anew.", "文件版次")]


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One key of one break with what both sides have under it; a side that has nothing leaves its columns empty."""

    number: Annotated[int, Whole(min=1, max=10**9), Doc("Running number in the file, from 1.", "行号")]
    reference: Annotated[str, Text(max=40), Doc("Our number of the break; to be named in an answer.", "差异编号")]
    class_: Annotated[BreakClass, Doc("Primary class of the break.", "差异类别")]
    asks: Annotated[RepairCode, Doc("What we propose.", "处理建议")]
    voucher_number: Annotated[str, _Number, Doc("Number of the electronic tax voucher.", "电子税票号码")]
    item: Annotated[str, _Short, Doc("Item of the voucher.", "征收品目")]
    month: Annotated[Month, Doc("Month covered (AAE003).", "对应费款所属期")]
    sequence: Annotated[int, Whole(min=1, max=9999), Doc("Running number among equal items and months.", "明细序号")]
    insurance: Annotated[Insurance, Doc("Insurance paid.", "险种")]
    agency: Annotated[Region, Doc("Agency that the money is for.", "经办机构")]
    our_count: Annotated[int, Whole(min=0, max=9999), Doc("How many records we have under the key.", "我方笔数")]
    our_total: Annotated[Money, Doc("What they come to in yuan, all components.", "我方金额")]
    their_count: Annotated[int, Whole(min=0, max=9999), Doc("How many records you have under the key.", "贵方笔数")]
    their_total: Annotated[Money, Doc("What they come to in yuan, all components.", "贵方金额")]
    trace_number: Annotated[str | None, _Short, Doc("Trace number of the payment.", "交易流水号")] = None
    our_day: Annotated[date | None, Doc("When we booked it.", "我方记账日期")] = None
    their_day: Annotated[date | None, Doc("When you booked it.", "贵方记账日期")] = None
    our_state: Annotated[RowState | None, Doc("What has become of it on our side.", "我方状态")] = None
    their_state: Annotated[RowState | None, Doc("What has become of it on your side.", "贵方状态")] = None


@dataclass(frozen=True, slots=True)
class DifferenceFoot:
    """What the rows come to."""

    count: Annotated[int, Whole(min=0, max=10**9), Doc("How many rows.", "总笔数")]
    our_total: Annotated[Money, Doc("Sum of our side in yuan.", "我方总金额")]
    their_total: Annotated[Money, Doc("Sum of your side in yuan.", "贵方总金额")]


class Verdict(StrEnum):
    """What a bureau says of a row that it was told (反馈结果)."""

    AGREED = "agreed"
    NOT_AGREED = "not_agreed"


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """Which file of differences is answered: `party`, `day`, `sequence` as in its head."""

    version: Annotated[int, Whole(min=1, max=1), Doc("Version of the format.", "格式版本")]
    party: Annotated[str, Text(max=64), Doc("Id of the party that answers.", "对接方编号")]
    day: Annotated[date, Doc("Day of the file that is answered.", "对账日期")]
    sequence: Annotated[int, Whole(min=1, max=999), Doc("Sequence of that file.", "文件版次")]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What the bureau says of one row; a row that is not agreed with has a reason."""

    number: Annotated[int, Whole(min=1, max=10**9), Doc("Number of the row that is answered.", "行号")]
    reference: Annotated[str, Text(max=40), Doc("Our number of the break, as told.", "差异编号")]
    verdict: Annotated[Verdict, Doc("agreed, or not_agreed.", "反馈结果")]
    reason: Annotated[str | None, Text(max=60), Doc("Why; needed where it is not agreed.", "反馈说明")] = None


@dataclass(frozen=True, slots=True)
class AnswerFoot:
    """How many rows are answered, and how many of them agree."""

    count: Annotated[int, Whole(min=0, max=10**9), Doc("How many rows.", "总笔数")]
    agreed: Annotated[int, Whole(min=0, max=10**9), Doc("How many of them agree.", "同意笔数")]


class FileState(StrEnum):
    """States of a file of differences (差异反馈文件状态). `failed`: given up, or refused by the party."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    ANSWERED = "answered"
    FAILED = "failed"
