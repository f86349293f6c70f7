"""Determine an enrolment before anybody is told of it, and put later questions about it to the same law."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import msgspec

from gateway.errors import Fault, GatewayError
from gateway.model.codes import Choice, Insurance, LevyState
from gateway.model.platform import Enrolment
from gateway.model.province import Cover
from gateway.model.tax import Receipt
from gateway.model.values import Money, Month
from gateway.rules.amounts import MonthAmount, Preview
from gateway.rules.cover import check_saved, cover_starts, last_saving_day, payable_until, reopens
from gateway.rules.enrolment import Assessment, Terms, assess, refusal
from gateway.rules.explained import Words
from gateway.rules.law import Application, Law, Question
from gateway.rules.overlap import Dealing, overlap, same_enrolment
from gateway.rules.overlap import Outcome as DealtWith
from gateway.services.claims import claimed_wrongly
from gateway.services.records import content_of
from gateway.services.runtime import Runtime
from gateway.store.rows import ItemRow, LevyRow

# Dates of the law are Chinese calendar days.
CHINA = timezone(timedelta(hours=8), "CST")
MONTH_LOCKED = "month_locked"
_REMEMBERED = 2048


@dataclass(frozen=True, slots=True)
class LevyPlan:
    """One levy to come. `kept`: components, each month and explanation as JSON, for the case.

    `provisional`: a month of it rests on a value that is only carried on.
    """

    first: Month
    last: Month
    amount: Money
    due: date
    payable_until: date
    kept: str
    provisional: bool = False
    rules: str = ""


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """What was determined for one insurance. `kept`: the determination as JSON, for the case."""

    insurance: Insurance
    start: Month
    last: Month
    province: str
    tax: str
    assessor: str
    hold_until: datetime
    kept: str
    levy: LevyPlan

    def levy_row(self, handle: str, case: str) -> LevyRow:
        """The levy as the store keeps it before anybody has been told of it."""
        levy = self.levy
        return LevyRow(
            id=handle,
            case=case,
            insurance=self.insurance.value,
            tax=self.tax,
            first=levy.first.ordinal,
            last=levy.last.ordinal,
            fen=levy.amount.fen,
            due=levy.due.isoformat(),
            payable_until=levy.payable_until.isoformat(),
            state=LevyState.PREVIEW.value,
            content=levy.kept,
            provisional=levy.provisional,
            rules=levy.rules or None,
        )


def local_day(instant: datetime) -> date:
    """The Chinese calendar day of an instant."""
    return instant.astimezone(CHINA).date()


def determine(runtime: Runtime, enrolment: Enrolment) -> tuple[ItemPlan, ...]:
    """Everything that is decided before an enrolment is accepted; GatewayError with every fault by its JSON pointer."""
    now = runtime.now()
    today = local_day(now)
    wrong = claimed_wrongly(enrolment, local_day(enrolment.consent.given_at), today)
    try:
        assessed = assess(runtime.law, Application.of(enrolment), today)
    except GatewayError as error:
        raise refusal((*wrong, *error.faults)) if wrong and error.faults else error from None
    if faults := (*wrong, *_unreachable(runtime, enrolment, assessed, today)):
        raise refusal(faults)
    for each in assessed:
        _check_saved(each.terms, enrolment.start, now)
    return tuple(_plan(each, enrolment.start, today, today) for each in assessed)


def determine_again(law: Law, application: Application, now: datetime, lodged: date | None) -> ItemPlan:
    """The one insurance of `application` as it is determined at `now`; GatewayError where it is not allowed any more.

    `lodged`: the day that the agency took it in, after which only amount and due date are still ours to determine.
    """
    today = local_day(now)
    (assessed,) = assess(law, application, today, lodged)
    if lodged is None:
        _check_saved(assessed.terms, application.start, now)
    return _plan(assessed, application.start, today, lodged or today)


def _unreachable(
    runtime: Runtime, enrolment: Enrolment, assessed: Sequence[Assessment], today: date
) -> Iterator[Fault]:
    """A route may lead to a party that has no address here: nobody would carry what is accepted for it."""
    for placed in (each.terms.determination for each in assessed):
        there = Choice.WORKPLACE if placed.region == enrolment.workplace_region else Choice.REGISTERED
        parties = {"province party": placed.province_party, "tax party": placed.tax_party}
        if absent := [role for role, party in parties.items() if party not in runtime.parties]:
            about = {"role": absent[0], "insurance": placed.insurance.value, "region": placed.region.code}
            yield Fault(f"/{there.value}_region", "route_missing", {**about, "date": today.isoformat()})


def _check_saved(terms: Terms, start: Month, now: datetime) -> None:
    try:
        check_saved(terms.question, start, now)
    except GatewayError as error:
        params: dict[str, Any] = dict(error.params)
        faults = [Fault("/start", MONTH_LOCKED, params)] if error.kind.code == MONTH_LOCKED else ()
        raise GatewayError(error.kind.code, faults=faults, **params) from None


def _plan(assessed: Assessment, start: Month, today: date, asked: date) -> ItemPlan:
    said = _Said(assessed.eligible.explanation, assessed.provisional, assessed.invented)
    return _planned(assessed.terms, said, start, today, asked)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a determination says of the person: the same of everybody who may enrol under the same rules."""

    eligible: Words
    provisional: bool
    invented: bool


@lru_cache(maxsize=_REMEMBERED)
def _planned(terms: Terms, said: _Said, start: Month, today: date, asked: date) -> ItemPlan:
    placed, levy, question = terms.determination, terms.preview, terms.question
    return ItemPlan(
        insurance=terms.insurance,
        start=start,
        last=levy.last,
        province=placed.province_party,
        tax=placed.tax_party,
        assessor=terms.assessor.value,
        hold_until=_morning_of(last_saving_day(question, start)),
        kept=msgspec.json.encode(_kept(terms, said, today, asked)).decode(),
        levy=_levy(question, levy),
    )


def _kept(terms: Terms, said: _Said, today: date, asked: date) -> dict[str, Any]:
    """The determination, with the day and the rules that it is of; `asked`: the day that its place was asked for."""
    placed = terms.determination
    return {
        "on": today.isoformat(),
        "asked": asked.isoformat(),
        "rules": terms.question.law.fingerprint,
        "region": placed.agency_region.code,
        "placed": placed.region.code,
        "base": str(terms.preview.base),
        "card_party": placed.card_centre,
        "told_by": terms.told_by.value,
        "public": {
            "region": placed.region.code,
            "agency": placed.medical_agency or placed.agency,
            "tax_office": placed.tax_office,
            "rule": placed.rule,
            "citation": [citation.instrument for citation in placed.basis.citations],
            "inputs": [{"name": each.name, "value": each.value, "known": each.known} for each in placed.inputs],
            "provisional": said.provisional,
            "invented": said.invented,
            "explanation": both(said.eligible + placed.explanation + terms.shared_out),
        },
    }


def _levy(question: Question, levy: Preview) -> LevyPlan:
    parts = [{"name": share.name, "payer": share.payer.value, "amount": str(share.amount)} for share in levy.components]
    months = [_month(each) for each in levy.months]
    content = {"components": parts, "months": months, "explanation": both(levy.explanation)}
    limit = payable_until(question, levy.last)
    provisional = any(each["provisional"] for each in months)
    kept = msgspec.json.encode(content).decode()
    rules = question.law.fingerprint
    return LevyPlan(levy.first, levy.last, levy.total, levy.due, limit, kept, provisional, rules)


def _month(each: MonthAmount) -> dict[str, Any]:
    """One month of a levy, and whether what it rests on is only carried on: a publication adjusts it later."""
    provisional = any(found.provisional for found in (*each.base.founds, each.found))
    said = {"month": str(each.month), "base": str(each.base.amount), "amount": str(each.amount)}
    return {**said, "provisional": provisional}


def both(words: Words) -> dict[str, str]:
    """A text in both languages, as it is kept."""
    return {"zh": words.zh, "en": words.en}


def _morning_of(day: date) -> datetime:
    # A case that waited for a silent region goes on while the last day that saves its month can still be used.
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


def question_of(law: Law, item: ItemRow, on: date) -> Question:
    """The question that an item of a case puts to the law on a day."""
    return Question(law, Insurance(item.insurance), content_of(item.determination)["placed"], on)


def dealing(law: Law, item: ItemRow, cover: Cover) -> Dealing:
    """What the dated rule says of an item and a cover that somebody else holds."""
    return overlap(question_of(law, item, Month(item.start).first_day), cover.scheme, cover.state)


def may_attach(law: Law, plan: ItemPlan) -> bool:
    """Whether the same enrolment, brought by another platform, gets a view of the first one (dated rule)."""
    placed = content_of(plan.kept)["placed"]
    question = Question(law, plan.insurance, placed, plan.start.first_day)
    return same_enrolment(question).outcome is DealtWith.ATTACH


def starts(law: Law, item: ItemRow, receipt: Receipt) -> date:
    """The first day of cover once `receipt` has paid for its months."""
    return cover_starts(question_of(law, item, receipt.collected_on), receipt.first, receipt.collected_on)


def may_reopen(law: Law, item: ItemRow, on: date, *, withdrawn: bool) -> bool:
    """Whether money that came too late re-opens its month."""
    return reopens(question_of(law, item, on), withdrawn=withdrawn, on=on)


def gateway_tells(item: ItemRow) -> bool:
    """Whether we tell the province of a payment; where the tax bureau does, telling it again would book it twice."""
    return bool(content_of(item.determination)["told_by"] == "gateway")
