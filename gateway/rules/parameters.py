"""The closed list of parameters: what a rules file may say, and the type of each content."""

from collections.abc import Mapping
from typing import Any

from gateway.rules import (
    amounts,
    base,
    benefits,
    closing,
    cover,
    due,
    duties,
    eligibility,
    ending,
    overlap,
    place,
    posting,
    refunds,
    retirement,
    route,
    transfer,
)
from gateway.rules.dated import Parameter

_ALL: tuple[Parameter[Any], ...] = (
    eligibility.ELIGIBILITY,
    eligibility.DEPENDENCY,
    retirement.RETIREMENT_AGES,
    retirement.RETIREMENT_CATEGORIES,
    place.PLACE,
    route.ROUTE,
    base.REFERENCE_WAGE,
    base.BASE_BOUNDS,
    base.BASE_RULE,
    base.GRADES,
    amounts.PARTS,
    amounts.CYCLES,
    due.DUE,
    duties.ASSESSING,
    duties.TELLING,
    cover.START_WINDOW,
    cover.MONTH_LOCK,
    cover.CLOSURE,
    cover.PAYABLE_UNTIL,
    cover.COVER_START,
    cover.REOPENING,
    overlap.BRANCH,
    overlap.PAIR,
    overlap.AWAIT,
    ending.ENDING,
    refunds.REFUND,
    refunds.REVERSAL,
    refunds.TOP_UP,
    refunds.OVERLAP_END,
    transfer.PAYING_PLACE,
    transfer.ACCOUNT_SPLIT,
    benefits.PENSION_FORMULA,
    benefits.DEATH_GRANT,
    benefits.DISPOSABLE_INCOME,
    posting.FUND,
    posting.ACCOUNT,
    posting.POSTING,
    posting.ADJUSTMENT,
    closing.CLOSING,
)

PARAMETERS: Mapping[str, Parameter[Any]] = {parameter.name: parameter for parameter in _ALL}
