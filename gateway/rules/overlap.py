"""What becomes of an enrolment when another cover of the same months is found: dated outcomes per pair of schemes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.errors import GatewayError
from gateway.model.codes import CoverState, Scheme
from gateway.rules.dated import Parameter
from gateway.rules.explained import Basis, Words, basis
from gateway.rules.law import Question


class Outcome(StrEnum):
    """What an overlap leads to."""

    ALLOW_AND_CLEAR = "allow_and_clear"
    END_OTHER_FIRST = "end_other_first"
    REFUSE = "refuse"
    ATTACH = "attach"
    NONE = "none"


SAME_ENROLMENT = "same_enrolment"


@dataclass(frozen=True, slots=True)
class Branch:
    """The schemes of one branch of insurance: covers in any other scheme do not concern it."""

    schemes: tuple[Scheme, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """The outcome for a pair of schemes by the state that the other region reports. A state not listed is missing."""

    outcomes: Mapping[CoverState, Outcome]
    words: Words


@dataclass(frozen=True, slots=True)
class Awaiting:
    """How long an enrolment waits for another cover to be ended: asked `every` so many days, `within` so many."""

    every: int
    within: int

    def __post_init__(self) -> None:
        if not 1 <= self.every <= self.within:
            raise ValueError("every is at least 1 and at most within, both in days")


BRANCH = Parameter("branch", Branch)
AWAIT = Parameter("overlap_wait", Awaiting)
PAIR = Parameter("overlap", Pair)


@dataclass(frozen=True, slots=True)
class Dealing:
    """How an overlap is dealt with, and by what right."""

    outcome: Outcome
    basis: Basis
    explanation: Words


def overlap(question: Question, found: Scheme, state: CoverState) -> Dealing:
    """How `question.insurance`, taken up as an individual, gets on with a cover in `found` for the same months.

    GatewayError `parameter_missing` for a pair or a state that no value lists. Sources: mappings/rules/overlap.yaml.
    """
    branch = question.find(BRANCH)
    if found not in branch.content.schemes:
        return Dealing(Outcome.NONE, basis(branch), Words("不属同一险种，互不影响。", "Another branch: no overlap."))
    pair = question.find(PAIR, subject=found.value)
    outcome = pair.content.outcomes.get(state)
    if outcome is None:
        name = f"{PAIR.name}/{question.insurance.value}/{found.value}/{state.value}"
        raise GatewayError("parameter_missing", parameter=name, region=question.region, date=question.on.isoformat())
    rests = basis(pair)
    return Dealing(outcome, rests, pair.content.words + rests.text)


def same_enrolment(question: Question) -> Dealing:
    """How a second request for an enrolment that our own ledger already has is dealt with."""
    pair = question.find(PAIR, subject=SAME_ENROLMENT)
    rests = basis(pair)
    return Dealing(pair.content.outcomes[CoverState.ACTIVE], rests, pair.content.words + rests.text)
