"""A levy's states: which may follow which, and what each means for the money. One table, executed at every change."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.model.codes import LevyState

_S = LevyState

OURS = "gateway"
"""Who changed a levy where no party did."""


@dataclass(frozen=True, slots=True)
class LevyRule:
    """What may come after a state. `payable`: money that comes pays it; `told`: a bureau has it and can cancel it.

    `collected`: the money is there; `owed`: it stands on somebody's account, paid or not.
    """

    follows: frozenset[LevyState]
    payable: bool = False
    told: bool = False
    collected: bool = False
    owed: bool = True


def _rule(*follows: LevyState, payable: bool = False, told: bool = False) -> LevyRule:
    return LevyRule(frozenset(follows), payable, told)


def _there(*follows: LevyState, payable: bool = False) -> LevyRule:
    return LevyRule(frozenset(follows), payable=payable, collected=True)


def _gone(*follows: LevyState) -> LevyRule:
    return LevyRule(frozenset(follows), owed=False)


_MONEY = (_S.PAID, _S.RECEIPTED)
_STANDS = (_S.ASSESSED, _S.ACCEPTED, _S.UNPAID)

# `agency`: preview -> assessed; `gateway`, `payer_at_tax`: preview -> declared -> accepted or refused.
LEVY_STATES: Mapping[LevyState, LevyRule] = {
    _S.PREVIEW: _rule(*_STANDS, _S.DECLARED, _S.REFUSED, _S.LOCKED, _S.CANCELLED, *_MONEY, payable=True),
    _S.ASSESSED: _rule(_S.UNPAID, _S.LOCKED, _S.CANCELLED, *_MONEY, payable=True, told=True),
    _S.DECLARED: _rule(_S.ACCEPTED, _S.REFUSED, _S.UNPAID, _S.LOCKED, _S.CANCELLED, *_MONEY, payable=True, told=True),
    _S.ACCEPTED: _rule(_S.UNPAID, _S.LOCKED, _S.CANCELLED, *_MONEY, payable=True, told=True),
    _S.UNPAID: _rule(_S.LOCKED, _S.CANCELLED, *_MONEY, payable=True, told=True),
    # The bank may have taken the money after all; nobody cancels it meanwhile, unless the bureau had done so before.
    _S.LOCKED: _rule(*_STANDS, _S.CANCELLED, *_MONEY, payable=True),
    _S.REFUSED: _gone(_S.DECLARED, *_STANDS, *_MONEY),
    # Said to be paid: the receipt that is still to come finds it.
    _S.PAID: _there(_S.RECEIPTED, _S.REVERSED, payable=True),
    _S.RECEIPTED: _there(_S.POSTED, _S.CORRECTED, _S.REVERSED),
    _S.POSTED: _there(_S.CORRECTED, _S.REVERSED),
    _S.CORRECTED: _there(_S.POSTED, _S.REVERSED),
    _S.REVERSED: LevyRule(frozenset({*_STANDS, _S.CANCELLED, *_MONEY})),
    # Money that comes for it all the same re-opens its month by rule.
    _S.CANCELLED: _gone(*_MONEY),
}


def _having(name: str) -> frozenset[str]:
    return frozenset(state.value for state, rule in LEVY_STATES.items() if getattr(rule, name))


PAYABLE = _having("payable")
"""States in which money that comes for a levy pays it."""
TOLD = _having("told")
"""States in which a bureau has the levy, and can cancel it."""
COLLECTED = _having("collected")
"""States in which the money is there."""
OWED = _having("owed")
"""States in which somebody owes it or has paid it."""
RECEIPTED = COLLECTED - {_S.PAID.value}
"""States in which a receipt shows the money: another one is paid twice."""
STANDING = frozenset(state.value for state in _STANDS)
"""States in which the payer is told how to pay."""


class ForbiddenLevyStepError(Exception):
    """A levy was to take a state that may not follow its present one."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What changed a levy: the message that said so, the party that sent it (`OURS`: we did), and what it said.

    `details`: dates, amounts, numbers and reasons as texts; they are sealed.
    """

    message: str
    party: str = OURS
    details: Mapping[str, str] = field(default_factory=dict)


def levy_step(now: LevyState, then: LevyState) -> LevyState:
    """`then`, where it may follow `now`; ForbiddenLevyStepError otherwise. Staying is always allowed."""
    if then is not now and then not in LEVY_STATES[now].follows:
        raise ForbiddenLevyStepError(f"{now} -> {then}")
    return then
