"""A day-end statement (对账文件): its head, its rows, its foot, and what can be wrong with it.

The fields follow the check messages of the treasury network (wire facts, section 3.4: totals, parts, sequence) and
hold the numbers of both sides (3.6); the files that carry them are ours, docs/protocols/statements.md.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from gateway.errors import KINDS, Side, text_of
from gateway.model.codes import Insurance
from gateway.model.fields import PersonName
from gateway.model.shape import PERSONAL, Doc, Text, Whole
from gateway.model.statement_words import in_words
from gateway.model.values import ZERO, Money, Month, Region

_NUMBERS = r"[0-9A-Za-z-]+"
_NUMBER_FORM = "letters, digits and hyphens"
_Number = Text(max=32, pattern=_NUMBERS, form=_NUMBER_FORM + ", at most 32")
_Short = Text(max=20, pattern=_NUMBERS, form=_NUMBER_FORM + ", at most 20")


@dataclass(frozen=True, slots=True)
class StatementHead:
    """What a file is: whose, of which day, which part of how many; `sequence` 2 supersedes 1."""

    version: Annotated[int, Whole(min=1, max=1), Doc("Version of the format.", "格式版本")]
    party: Annotated[str, Text(max=64), Doc("Id of the party whose statement it is.", "对接方编号")]
    day: Annotated[date, Doc("Day that the statement is about.", "对账日期")]
    part: Annotated[int, Whole(min=1, max=999), Doc("Number of this part.", "本部分序号")]
    parts: Annotated[int, Whole(min=1, max=999), Doc("How many parts the day has.", "部分总数")]
    sequence: Annotated[int, Whole(min=1, max=999), Doc("1, and higher for a file that supersedes.", "文件版次")]


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One item of one voucher for one month. Key: voucher number, item, month, sequence."""

    number: Annotated[int, Whole(min=1, max=10**9), Doc("Running number in the file, from 1.", "行号")]
    voucher_number: Annotated[str, _Number, Doc("Number of the electronic tax voucher.", "电子税票号码")]
    item: Annotated[str, _Short, Doc("Item of the voucher.", "征收品目")]
    month: Annotated[Month, Doc("Month covered (AAE003).", "对应费款所属期")]
    sequence: Annotated[int, Whole(min=1, max=9999), Doc("Running number among equal items and months.", "明细序号")]
    insurance: Annotated[Insurance, Doc("Insurance paid.", "险种")]
    agency: Annotated[Region, Doc("Agency that the money is for.", "经办机构")]
    accounting_month: Annotated[Month, Doc("Month it is booked in (AAE002).", "费款所属期")]
    collected_on: Annotated[date, Doc("When it was collected.", "扣款日期")]
    amount: Annotated[Money, Doc("Contribution in yuan, without late fee and interest.", "费款金额")]
    trace_number: Annotated[str, _Short, Doc("Trace number of the payment, once per day.", "交易流水号")]
    tax_person_number: Annotated[str, _Number, PERSONAL, Doc("The bureau's number of the person.", "税务个人编号")]
    name: Annotated[PersonName, Doc("Name as on the identity document.", "姓名")]
    late_fee: Annotated[Money, Doc("Late fee in yuan.", "滞纳金")] = ZERO
    interest: Annotated[Money, Doc("Interest in yuan.", "利息")] = ZERO
    adjustment: Annotated[bool, Doc("Booked in the adjustment period.", "整理期标志")] = False
    treasury_on: Annotated[date | None, Doc("When the treasury booked it.", "入库日期")] = None
    summary_number: Annotated[str | None, _Short, Doc("Number of a summary posting.", "汇总入库流水号")] = None
    reverses: Annotated[str | None, _Short, Doc("Trace number of what is reversed.", "原交易流水号")] = None
    levy_number: Annotated[str | None, _Number, Doc("The bureau's number of the levy.", "税务应征编号")] = None
    notice_number: Annotated[str | None, _Number, Doc("Levy notice number (AAZ288).", "征集通知流水号")] = None
    person_number: Annotated[str | None, _Number, PERSONAL, Doc("The region's number.", "个人编号")] = None
    tax_unit_number: Annotated[str | None, _Number, Doc("The bureau's number of the unit.", "税务单位编号")] = None
    unit_number: Annotated[str | None, _Number, Doc("The region's number of the unit.", "单位编号")] = None

    @property
    def total(self) -> Money:
        """All components together."""
        return Money(self.amount.fen + self.late_fee.fen + self.interest.fen)

    @property
    def key(self) -> str:
        """What makes the row the same one in another file."""
        return f"{self.voucher_number} {self.item} {self.month} {self.sequence}"


@dataclass(frozen=True, slots=True)
class StatementFoot:
    """What the rows come to."""

    count: Annotated[int, Whole(min=0, max=10**9), Doc("How many rows.", "总笔数")]
    total: Annotated[Money, Doc("Sum of all components of all rows in yuan.", "总金额")]


@dataclass(frozen=True, slots=True)
class StatementFault:
    """One thing wrong with a file, at a line (from 1) and a byte (from 0, from the beginning of the file).

    `code`: of the error catalogue. Expected and found are told without any personal value.
    """

    line: int
    byte: int
    code: str
    expected: str
    found: str
    field: str = ""

    @property
    def side(self) -> Side:
        """Whose side it is."""
        return KINDS[self.code].side

    def text(self, language: str) -> str:
        """The fault in `language` ("zh" or "en")."""
        place = {"line": str(self.line), "byte": str(self.byte)}
        expected, found = in_words(self.expected, language), in_words(self.found, language)
        said = {"field": self.field, "expected": expected, "found": found}
        return text_of(self.code, place | said, language)


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """What a check found. `head`: None where it cannot be read; `more`: there may be faults beyond those listed.

    `sequence_at`: line and byte of the head's sequence, for whoever finds that it is not the next.
    """

    head: StatementHead | None
    count: int
    total: Money
    size: int
    sha256: str
    faults: tuple[StatementFault, ...]
    more: bool = False
    sequence_at: tuple[int, int] = (1, 0)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.faults
