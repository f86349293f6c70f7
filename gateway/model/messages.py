"""The closed list of messages: what is asked, what is answered, who carries it, and whether it changes anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gateway.model import (
    card,
    platform,
    province,
    province_changes,
    province_records,
    province_totals,
    tax,
    tax_payments,
    treasury,
)

Family = Literal["province", "medical", "tax", "treasury", "card", "platform"]
Message = Any  # one of the records named in EXCHANGES; narrowed where it is read


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message with its answer. `changes`: it has an effect at the party, so a lost answer leaves it uncertain.

    `few`: only some dialects of the family have such a thing; a party that does not carry it need not say so.
    """

    name: str
    family: Family
    request: type
    reply: type
    changes: bool
    few: bool = False


def _exchange(family: Family, request: type, reply: type, *, changes: bool, few: bool = False) -> Exchange:
    return Exchange(request.__name__, family, request, reply, changes, few)


_ALL = (
    _exchange("province", province.FindCover, province.CoverFound, changes=False),
    _exchange("province", province.FindWorker, province.WorkerFound, changes=False),
    _exchange("province", province.EnrolWorker, province.EnrolmentDecided, changes=True),
    _exchange("province", province.EnrolmentDecided, province.Done, changes=True),
    _exchange("province", province.StartCover, province.Done, changes=True),
    _exchange("province", province.WithdrawEnrolment, province.Done, changes=True),
    _exchange("province", province.GetProgress, province.EnrolmentDecided, changes=False),
    _exchange("province", province_changes.ChangeDetails, province.EnrolmentDecided, changes=True),
    _exchange("province", province_changes.CorrectIdentity, province.EnrolmentDecided, changes=True),
    _exchange("province", province_changes.SuspendEnrolment, province.EnrolmentDecided, changes=True),
    _exchange("province", province_changes.ResumeEnrolment, province.EnrolmentDecided, changes=True),
    _exchange("province", province_changes.EndEnrolment, province.EnrolmentDecided, changes=True),
    _exchange("province", province_changes.ReportDeath, province.EnrolmentDecided, changes=True),
    _exchange("province", province_records.GetRights, province_records.RightsFound, changes=False),
    _exchange("province", province_records.GetContributions, province_records.ContributionsFound, changes=False),
    _exchange("province", province.ReverseCover, province.Done, changes=True),
    _exchange("province", province_totals.CheckTotals, province_totals.TotalsChecked, changes=False, few=True),
    _exchange("province", province_totals.CheckTrades, province_totals.TradesChecked, changes=False, few=True),
    _exchange("tax", tax.DeclareLevy, tax.LevyResult, changes=True),
    _exchange("tax", tax.CancelLevy, tax.LevyResult, changes=True),
    _exchange("tax", tax.FindLevy, tax.LevyResult, changes=False),
    _exchange("tax", tax.LevyResult, province.Done, changes=True),
    _exchange("tax", tax.Receipt, tax.ReceiptTaken, changes=True),
    _exchange("tax", tax_payments.PostPayment, tax.ReceiptTaken, changes=True),
    _exchange("tax", tax_payments.ReversePayment, tax.ReceiptTaken, changes=True),
    _exchange("tax", tax_payments.CorrectPayment, tax.ReceiptTaken, changes=True),
    _exchange("tax", tax_payments.RequestRefund, tax_payments.RefundResult, changes=True),
    _exchange("tax", tax_payments.RefundResult, province.Done, changes=True),
    _exchange("treasury", treasury.CheckPart, province.Done, changes=True),
    _exchange("treasury", treasury.CheckPackages, treasury.PackagesChecked, changes=False),
    _exchange("treasury", treasury.AskAgain, province.Done, changes=False),
    _exchange("treasury", treasury.FindTransaction, treasury.TransactionFound, changes=False),
    _exchange("treasury", treasury.Deduct, treasury.TreasuryAnswer, changes=True),
    _exchange("treasury", treasury.DeductMany, treasury.TreasuryAnswer, changes=True),
    _exchange("treasury", treasury.ReverseDeduction, treasury.TreasuryAnswer, changes=True),
    _exchange("treasury", treasury.ChangePostings, treasury.TreasuryAnswer, changes=True),
    _exchange("card", card.FindCard, card.CardFound, changes=False),
    _exchange("platform", platform.CaseChanged, province.Done, changes=True),
)

EXCHANGES: Mapping[str, Exchange] = {exchange.name: exchange for exchange in _ALL}


def carried_by(family: Family, *, few: bool = False) -> Mapping[str, Exchange]:
    """The messages of a family, by name. Medical insurance agencies carry those of provinces (design section 1).

    `few`: those that only some dialects of the family have, instead of those that every party gives a place.
    """
    whose = "province" if family == "medical" else family
    return {name: item for name, item in EXCHANGES.items() if item.family == whose and item.few == few}
