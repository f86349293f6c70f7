"""A case's statuses: which may follow which, what may be done in each, and which of several is shown. One table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.model.codes import CaseStatus

_S = CaseStatus


@dataclass(frozen=True, slots=True)
class StatusRule:
    """What may come after a status, and what the platform may do while it lasts."""

    follows: frozenset[CaseStatus]
    actions: tuple[str, ...] = ()


def _rule(*follows: CaseStatus, actions: tuple[str, ...] = ()) -> StatusRule:
    return StatusRule(frozenset(follows), actions)


_WITHDRAW = ("withdraw",)

STATUSES: Mapping[CaseStatus, StatusRule] = {
    _S.ACCEPTED: _rule(_S.CHECKING, _S.REGISTERING, _S.WITHDRAWN, _S.NEEDS_PERSON, actions=_WITHDRAW),
    _S.CHECKING: _rule(_S.REGISTERING, _S.WAITING, _S.REFUSED, _S.WITHDRAWN, _S.NEEDS_PERSON, actions=_WITHDRAW),
    _S.WAITING: _rule(
        _S.CHECKING, _S.REGISTERING, _S.REFUSED, _S.WITHDRAWN, _S.NEEDS_PERSON, actions=("supply", "withdraw")
    ),
    _S.REGISTERING: _rule(
        _S.WAITING, _S.AWAITING_PAYMENT, _S.REFUSED, _S.WITHDRAWN, _S.NEEDS_PERSON, actions=_WITHDRAW
    ),
    _S.AWAITING_PAYMENT: _rule(_S.COMPLETED, _S.UNPAID, _S.WITHDRAWN, _S.NEEDS_PERSON, actions=_WITHDRAW),
    _S.UNPAID: _rule(_S.COMPLETED, _S.AWAITING_PAYMENT, _S.WITHDRAWN, _S.NEEDS_PERSON, actions=_WITHDRAW),
    # A payment that is reversed is owed again.
    _S.COMPLETED: _rule(_S.AWAITING_PAYMENT, _S.NEEDS_PERSON),
    _S.REFUSED: _rule(_S.NEEDS_PERSON),
    _S.WITHDRAWN: _rule(_S.REGISTERING, _S.NEEDS_PERSON),
    _S.NEEDS_PERSON: _rule(*(status for status in _S if status is not _S.NEEDS_PERSON)),
}

FINAL = frozenset({_S.COMPLETED, _S.REFUSED, _S.WITHDRAWN})

# What asks for somebody's attention first; then what is still under way, least advanced first; then what is done.
_WORST_FIRST = (
    _S.NEEDS_PERSON,
    _S.REFUSED,
    _S.UNPAID,
    _S.WAITING,
    _S.ACCEPTED,
    _S.CHECKING,
    _S.REGISTERING,
    _S.AWAITING_PAYMENT,
    _S.WITHDRAWN,
    _S.COMPLETED,
)


class ForbiddenStepError(Exception):
    """A status was to follow one that it may not follow: a defect of ours, never the caller's."""


def step(now: CaseStatus, then: CaseStatus) -> CaseStatus:
    """`then`, where it may follow `now`; ForbiddenStepError otherwise. Staying is always allowed."""
    if then is not now and then not in STATUSES[now].follows:
        raise ForbiddenStepError(f"{now} -> {then}")
    return then


def shown(statuses: Iterable[CaseStatus]) -> CaseStatus:
    """The status of a case whose items have `statuses`: the worst of them."""
    present = set(statuses)
    return next(status for status in _WORST_FIRST if status in present)


def allowed_actions(statuses: Iterable[CaseStatus]) -> tuple[str, ...]:
    """What the platform may do with a case whose items have `statuses`."""
    offered = {action for status in statuses for action in STATUSES[status].actions}
    return tuple(sorted(offered))
