"""Messages between the gateway and the treasury network (wire facts, section 3.4).

The treasury tells a social insurance node what it posted (`CheckPart`, `CheckPackages`), and is asked for it again
(`AskAgain`, `FindTransaction`). Whoever levies orders deductions and changes of postings: those messages need an
organisation code for levying, which few deployments hold. Natural key of a payment: organisation, date, trace number.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from gateway.model.codes import CheckKind, Insurance, PackageState, PostingKind, TransactionState
from gateway.model.fields import Number, PersonName, Reason, VoucherNumber
from gateway.model.shape import PERSONAL, Doc, Text, Whole
from gateway.model.values import Money, Month, Region

_MANY = 10**8 - 1

OrgCode = Annotated[str, Text(max=12), Doc("Code of the organisation in the treasury network.", "机构代码")]
EntrustDate = Annotated[date, Doc("Day on which it was entrusted to the treasury.", "委托日期")]
TraceNumber = Annotated[str, Text(max=20), Doc("Trace number, once per organisation and day.", "交易流水号")]
PackageNumber = Annotated[str, Text(max=8), Doc("Number of the package.", "包流水号")]
MessageNumber = Annotated[str, Text(max=4, min=4), Doc("Number of the kind of message.", "报文编号")]
Account = Annotated[str, Text(max=40), PERSONAL, Doc("Number of a bank account.", "银行账号")]
Count = Annotated[int, Whole(min=0, max=_MANY)]
PartNumber = Annotated[int, Whole(min=1, max=9999)]
Adjustment = Annotated[bool, Doc("Booked in the adjustment period.", "整理期标志")]
Day = Annotated[date, Doc("Day that the check is about.", "对账日期")]


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One posting in a check. `reverses`: it takes back what has this trace number; the amount is then negative."""

    message_number: MessageNumber
    org: OrgCode
    entrusted_on: EntrustDate
    trace_number: TraceNumber
    voucher_number: VoucherNumber
    amount: Annotated[Money, Doc("Amount in yuan.", "交易金额")]
    booked_on: Annotated[date, Doc("When the treasury booked it.", "入库日期")]
    state: Annotated[TransactionState, Doc("What became of it.", "处理状态")]
    insurance: Annotated[Insurance, Doc("Insurance, by its budget subject.", "险种")]
    agency: Annotated[Region, Doc("Agency that the money is for.", "经办机构")]
    item: Annotated[str, Text(max=20), Doc("Item of the voucher.", "征收品目")]
    month: Annotated[Month, Doc("Month covered.", "费款所属期")]
    payer_number: Annotated[str, Text(max=32), PERSONAL, Doc("The bureau's number of the payer.", "纳税人编码")]
    payer_name: Annotated[PersonName, Doc("Name of the payer.", "纳税人名称")]
    sequence: Annotated[int, Whole(min=1, max=9999), Doc("Number among equal items and months.", "明细序号")] = 1
    adjustment: Adjustment = False
    package_number: PackageNumber | None = None
    reverses: Annotated[str | None, Text(max=20), Doc("Trace number of what is taken back.", "原交易流水号")] = None
    remark: Annotated[str | None, Text(max=60), Doc("What the treasury adds.", "附言")] = None


@dataclass(frozen=True, slots=True)
class CheckPart:
    """A part of a package in which the treasury lists what it posted on a day (对账明细): totals first, then rows."""

    kind: Annotated[CheckKind, Doc("What is listed.", "对账类别")]
    day: Day
    package_number: PackageNumber
    count: Annotated[Count, Doc("Rows of the whole package.", "总笔数")]
    amount: Annotated[Money, Doc("Sum of the whole package in yuan.", "总金额")]
    parts: Annotated[PartNumber, Doc("How many parts the package has.", "子包总数")]
    part: Annotated[PartNumber, Doc("Number of this part.", "本包序号")]
    part_count: Annotated[Count, Doc("Rows of this part.", "本包笔数")]
    part_amount: Annotated[Money, Doc("Sum of this part in yuan.", "本包金额")]
    rows: tuple[CheckRow, ...] = ()


@dataclass(frozen=True, slots=True)
class PackageTotal:
    """One package that the treasury says it sent."""

    kind: Annotated[CheckKind, Doc("What it lists.", "对账类别")]
    package_number: PackageNumber
    count: Annotated[Count, Doc("Its rows.", "总笔数")]
    amount: Annotated[Money, Doc("Its sum in yuan.", "总金额")]
    parts: Annotated[PartNumber, Doc("Its parts.", "子包总数")]


@dataclass(frozen=True, slots=True)
class CheckPackages:
    """Which packages the treasury sent for a day (包核对): a question whether they are all here."""

    day: Day
    count: Annotated[Count, Doc("How many packages.", "总包数")]
    amount: Annotated[Money, Doc("Sum of all packages in yuan.", "总金额")]
    rows: tuple[PackageTotal, ...] = ()


@dataclass(frozen=True, slots=True)
class PackageFound:
    """What we have of one package; count and sum where all of it is here."""

    kind: Annotated[CheckKind, Doc("What it lists.", "对账类别")]
    package_number: PackageNumber
    state: Annotated[PackageState, Doc("What is here.", "核对结果")]
    count: Annotated[int | None, Whole(min=0, max=_MANY), Doc("Its rows.", "总笔数")] = None
    amount: Annotated[Money | None, Doc("Its sum in yuan.", "总金额")] = None


@dataclass(frozen=True, slots=True)
class PackagesChecked:
    """Our answer: what is here of each package."""

    day: Day
    rows: tuple[PackageFound, ...] = ()


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Ask for a part of a package once more (重发请求); it comes as a `CheckPart`."""

    kind: Annotated[CheckKind, Doc("What it lists.", "对账类别")]
    day: Day
    package_number: PackageNumber
    part: Annotated[PartNumber, Doc("Number of the part.", "子包序号")]


@dataclass(frozen=True, slots=True)
class FindTransaction:
    """Ask what became of a transaction, by its natural key (交易状态查询); of a package too, where one carried it."""

    message_number: MessageNumber
    org: OrgCode
    entrusted_on: EntrustDate
    trace_number: TraceNumber
    package_number: PackageNumber | None = None


@dataclass(frozen=True, slots=True)
class TransactionFound:
    """What the treasury says of a transaction. `found` is false where it has none."""

    found: Annotated[bool, Doc("Whether the treasury has it.", "是否存在")]
    state: Annotated[TransactionState | None, Doc("What became of it.", "处理状态")] = None
    amount: Annotated[Money | None, Doc("Amount in yuan.", "交易金额")] = None
    voucher_number: VoucherNumber | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class TaxItem:
    """One item of a voucher: an insurance for a time."""

    insurance: Annotated[Insurance, Doc("Insurance, by its budget subject.", "险种")]
    item: Annotated[str, Text(max=20), Doc("Item of the voucher.", "征收品目")]
    first: Annotated[date, Doc("First day covered.", "所属期起")]
    last: Annotated[date, Doc("Last day covered.", "所属期止")]
    due: Annotated[date, Doc("Last day of payment.", "限缴日期")]
    amount: Annotated[Money, Doc("Amount in yuan.", "税种金额")]


@dataclass(frozen=True, slots=True)
class Deduction:
    """What is to be deducted from one account."""

    trace_number: TraceNumber
    bank: Annotated[str, Text(max=14), Doc("Bank of the payer.", "付款行号")]
    account: Account
    amount: Annotated[Money, Doc("Amount in yuan.", "交易金额")]
    voucher_number: VoucherNumber
    billed_on: Annotated[date, Doc("Day of the bill.", "开票日期")]
    payer_number: Annotated[str, Text(max=32), PERSONAL, Doc("The bureau's number of the payer.", "纳税人编码")]
    payer_name: Annotated[PersonName, Doc("Name of the payer.", "纳税人名称")]
    protocol: Annotated[Number, Doc("Number of the agreement to deduct.", "协议书号")]
    adjustment: Adjustment = False
    items: tuple[TaxItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Deduct:
    """Deduct a payment at once (实时扣税). Levy organisations only."""

    org: OrgCode
    entrusted_on: EntrustDate
    deduction: Deduction


@dataclass(frozen=True, slots=True)
class DeductMany:
    """Deduct the payments of a package (批量扣税), at most 1,000. Levy organisations only."""

    org: OrgCode
    entrusted_on: EntrustDate
    package_number: PackageNumber
    count: Annotated[Count, Doc("How many deductions.", "总笔数")]
    amount: Annotated[Money, Doc("Their sum in yuan.", "总金额")]
    rows: tuple[Deduction, ...] = ()


@dataclass(frozen=True, slots=True)
class ReverseDeduction:
    """Take a deduction back (冲正): a message of its own with its own number. Levy organisations only."""

    org: OrgCode
    entrusted_on: EntrustDate
    cancel_number: Annotated[str, Text(max=20), Doc("Number of the reversal itself.", "冲正流水号")]
    original_entrusted_on: EntrustDate
    original_trace_number: TraceNumber
    reason: Reason


@dataclass(frozen=True, slots=True)
class PostingChange:
    """One change of what was posted: what is paid back, corrected or exempted, and where to."""

    trace_number: TraceNumber
    treasury: Annotated[str, Text(max=10), Doc("Code of the treasury.", "国库代码")]
    voucher_number: VoucherNumber
    original_voucher_number: Annotated[Number, Doc("Voucher that is changed.", "原税票号码")]
    amount: Annotated[Money, Doc("Amount in yuan.", "交易金额")]
    billed_on: Annotated[date, Doc("Day of the bill.", "开票日期")]
    insurance: Annotated[Insurance, Doc("Insurance, by its budget subject.", "险种")]
    level: Annotated[str, Text(max=1), Doc("Budget level.", "预算级次")]
    reason_code: Annotated[str, Text(max=5), Doc("Code of the reason.", "原因代码")]
    payee_bank: Annotated[str | None, Text(max=14), Doc("Bank of the payee.", "收款行号")] = None
    payee_account: Account | None = None
    payee_name: PersonName | None = None
    examined_by: Annotated[str | None, Text(max=12), Doc("Organisation that examined it.", "审批机关")] = None
    adjustment: Adjustment = False


@dataclass(frozen=True, slots=True)
class ChangePostings:
    """Change postings, at most 1,000 a package: refund (退库), correction, exemption. Levy organisations only."""

    kind: Annotated[PostingKind, Doc("What is done.", "更改类别")]
    org: OrgCode
    entrusted_on: EntrustDate
    package_number: PackageNumber
    count: Annotated[Count, Doc("How many rows.", "总笔数")]
    amount: Annotated[Money, Doc("Their sum in yuan.", "总金额")]
    rows: tuple[PostingChange, ...] = ()


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """What became of one row of a package."""

    trace_number: TraceNumber
    taken: Annotated[bool, Doc("Whether it was done.", "处理结果")]
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class TreasuryAnswer:
    """What the treasury answers to an order; it repeats the key of what it answers. `rows`: of a package."""

    taken: Annotated[bool, Doc("Whether it was done.", "处理结果")]
    org: OrgCode
    entrusted_on: EntrustDate
    number: Annotated[str, Text(max=20), Doc("Trace, package or reversal number answered.", "原流水号")]
    succeeded: Annotated[int | None, Whole(min=0, max=_MANY), Doc("Rows that were done.", "成功笔数")] = None
    succeeded_amount: Annotated[Money | None, Doc("Their sum in yuan.", "成功金额")] = None
    reason: Reason | None = None
    rows: tuple[RowAnswer, ...] = ()
