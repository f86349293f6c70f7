"""What may be changed of a registration, and of what is on record of a worker: decided before anybody is told."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from gateway.errors import Fault, GatewayError
from gateway.model.codes import Insurance, LevyState
from gateway.model.handles import new_handle
from gateway.model.identifiers import holder
from gateway.model.levy import COLLECTED, OWED
from gateway.model.person import Identity
from gateway.model.platform_changes import Correction, Death, Details, Ending, Resumption, Suspension
from gateway.model.province_changes import (
    ChangeDetails,
    CorrectIdentity,
    EndEnrolment,
    ReportDeath,
    ResumeEnrolment,
    SuspendEnrolment,
)
from gateway.model.values import Money, Month
from gateway.rules.ending import check_ending
from gateway.services import overlap_refunds, registrations
from gateway.services.accept import Answer
from gateway.services.determine import local_day, question_of
from gateway.services.once import Wish
from gateway.services.open_change import Change, Telling, carries, check_carried, open_cases
from gateway.services.records import encode
from gateway.services.registrations import Registration, check_free
from gateway.services.resume import Resumed, resumed
from gateway.services.runtime import Runtime
from gateway.store import cases, identities, levies, persons
from gateway.store.rows import CaseRow, LevyRow
from gateway.store.work import Tx

_MOST_AHEAD = 24  # months that an ending may lie ahead: each one up to it is kept in our own ledger
_OF_MONTHS = ("suspension", "resumption", "ending", "death")


def suspend(runtime: Runtime, wish: Wish, asked: Suspension) -> Answer:
    """Pay no more months from `asked.first` on. GatewayError `not_found`, `not_standing`, `months_levied`, ..."""

    def decide(tx: Tx) -> Sequence[Change]:
        mine = _own(runtime, tx, wish, asked.insurance, "suspension", "standing")
        _check_unlevied(tx, mine, asked.first + -1)
        person, number, registered = _known(tx, mine)

        def message(reference: str) -> SuspendEnrolment:
            terms = asked.insurance, asked.first, asked.reason, asked.consent
            return SuspendEnrolment(reference, person, *terms, number, registered)

        return [_of_registration(mine, wish, "suspension", encode(asked), message)]

    return open_cases(runtime, wish, encode(asked), decide)


def resume(runtime: Runtime, wish: Wish, asked: Resumption, base: Money | None = None) -> Answer:
    """Pay again from `asked.first` on: determined as an enrolment is; GatewayError as `suspend`, and all of its law.

    `base`: what the caller takes the monthly base to be; `base_differs` where it is another.
    """

    def decide(tx: Tx) -> Sequence[Change]:
        mine = _own(runtime, tx, wish, asked.insurance, "resumption", "suspended")
        _check_settled(tx, mine)
        _check_unlevied(tx, mine, asked.first + -1)
        found = resumed(runtime, tx, mine, asked)
        person, number, registered = _known(tx, mine)
        given = asked.contribution
        if base not in (None, Money.parse(found.base)):
            raise GatewayError("base_differs", theirs=str(base), ours=found.base)

        def message(reference: str) -> ResumeEnrolment:
            terms = given.grade, given.cycle, Money.parse(found.base), asked.consent
            return ResumeEnrolment(reference, person, asked.insurance, asked.first, *terms, number, registered)

        return [_resumption(tx, mine, wish, found, message)]

    return open_cases(runtime, wish, encode(asked), decide)


def end(runtime: Runtime, wish: Wish, asked: Ending) -> Answer:
    """End the participation with `asked.last`; GatewayError as `suspend`, and `ending_not_allowed` by dated rule."""

    def decide(tx: Tx) -> Sequence[Change]:
        mine = _own(runtime, tx, wish, asked.insurance, "ending", "standing", "suspended")
        if not overlap_refunds.goes_back(runtime, tx, mine, asked):
            _check_unlevied(tx, mine, asked.last)
        _check_last(tx, mine, asked.last)
        person, number, registered = _known(tx, mine)
        said = holder(person.id_number)
        question = question_of(runtime.law, mine.item, local_day(tx.now))
        check_ending(question, asked.cause, asked.last, said.birth, male=said.male)

        def message(reference: str) -> EndEnrolment:
            terms = asked.insurance, asked.last, asked.cause, asked.consent
            return EndEnrolment(reference, person, *terms, number, registered, asked.remark)

        return [_of_registration(mine, wish, "ending", encode(asked), message)]

    return open_cases(runtime, wish, encode(asked), decide)


def change_details(runtime: Runtime, wish: Wish, asked: Details) -> Answer:
    """Tell every province concerned the worker's present details; GatewayError `nothing_to_change`, `not_standing`."""
    details = asked.mobile, asked.address, asked.postal_code, asked.registered_region
    if not any(details):
        raise GatewayError("nothing_to_change")

    def message(identity: Identity, number: str | None, reference: str) -> ChangeDetails:
        return ChangeDetails(reference, identity, asked.consent, number, *details)

    return open_cases(
        runtime, wish, encode(asked), partial(_of_worker, runtime, wish, "details", encode(asked), message)
    )


def correct_identity(runtime: Runtime, wish: Wish, asked: Correction) -> Answer:
    """Have a wrong number or name put right; GatewayError `identity_taken` where the right one is somebody else's."""

    def message(identity: Identity, number: str | None, reference: str) -> CorrectIdentity:
        return CorrectIdentity(reference, identity, asked.identity, asked.evidence, asked.consent, number)

    def decide(tx: Tx) -> Sequence[Change]:
        if identities.current(tx, _worker(tx, wish)[0]) == asked.identity:
            raise GatewayError("nothing_to_change")
        if persons.find(tx, asked.id_number) not in (None, wish.view):
            raise GatewayError("identity_taken")
        return _of_worker(runtime, wish, "identity", encode(asked), message, tx)

    return open_cases(runtime, wish, encode(asked), decide)


def report_death(runtime: Runtime, wish: Wish, asked: Death) -> Answer:
    """End every participation that this gateway knows with the month of death; GatewayError `not_yet`."""
    if asked.died_on > local_day(runtime.now()):
        raise _fault("/died_on", "not_yet", what=asked.died_on.isoformat())

    def message(identity: Identity, number: str | None, reference: str) -> ReportDeath:
        return ReportDeath(reference, identity, asked.died_on, asked.evidence, number)

    def decide(tx: Tx) -> Sequence[Change]:
        mine, *_ = _of_worker(runtime, wish, "death", encode(asked), message, tx)
        return [mine, *_of_others(runtime, tx, mine, message)]

    return open_cases(runtime, wish, encode(asked), decide)


# of one registration


def _own(runtime: Runtime, tx: Tx, wish: Wish, insurance: Insurance, kind: str, *states: str) -> Registration:
    """The registration behind the caller's enrolment, locked, in one of `states` and free for a change of `kind`."""
    handle = cases.behind_view(tx, wish.view, wish.client)
    if handle is None:
        raise GatewayError("not_found", thing="case")
    found = registrations.one(tx, cases.lock(tx, handle), insurance)
    check_free(found, *_OF_MONTHS)
    if found.state not in states:
        raise GatewayError("not_standing", insurance=insurance.value, state=found.state)
    check_carried(runtime, kind, found.item.province)
    return found


def _known(tx: Tx, mine: Registration) -> tuple[Identity, str | None, str | None]:
    person, province = mine.case.person, mine.item.province
    number = persons.local_number(tx, person, province)
    return identities.current(tx, person), number, mine.item.registration_number


def _check_unlevied(tx: Tx, mine: Registration, last: Month) -> None:
    levied = registrations.levied_to(tx, mine)
    if levied is not None and levied > last:
        raise GatewayError("months_levied", insurance=mine.item.insurance, month=str(levied))


def _check_last(tx: Tx, mine: Registration, last: Month) -> None:
    earliest, latest = Month(mine.item.start), Month.of(local_day(tx.now)) + _MOST_AHEAD
    if last < earliest:
        raise _fault("/last", "start_in_past", start=str(last), earliest=str(earliest))
    if last > latest:
        raise _fault("/last", "start_too_far", start=str(last), latest=str(latest))


def _check_settled(tx: Tx, mine: Registration) -> None:
    """Money of earlier months that may still come would find the enrolment and its resumption open at once."""
    today = local_day(tx.now).isoformat()
    owed = levies.of_item(tx, mine.case.id, mine.item.insurance)
    locked = [levy for levy in owed if levy.state == LevyState.LOCKED.value]
    if locked:
        raise GatewayError("levy_locked", insurance=mine.item.insurance, month=str(Month(locked[0].last)))
    open_levies = [levy for levy in owed if _may_be_paid(levy, today)]
    if open_levies:
        raise GatewayError("months_levied", insurance=mine.item.insurance, month=str(Month(open_levies[0].last)))


def _may_be_paid(levy: LevyRow, today: str) -> bool:
    return levy.state in OWED - COLLECTED and levy.payable_until >= today


def _of_registration(
    mine: Registration, wish: Wish, kind: str, payload: bytes, message: Callable[[str], object]
) -> Change:
    telling = Telling(mine.item.province, message, mine.item.insurance)
    client = wish.client or mine.case.client
    return Change(kind, client, mine.case.person, payload, [mine.item], [telling], origin=mine.case.id)


def _resumption(tx: Tx, mine: Registration, wish: Wish, found: Resumed, message: Callable[[str], object]) -> Change:
    """A resumption is levied, paid and told of like an enrolment of its months."""
    change = _of_registration(mine, wish, "resumption", encode(found.enrolment), message)
    return replace(change, items=[found.item], levy=found.levy(new_handle("levy", tx.now)))


# of the person


def _worker(tx: Tx, wish: Wish) -> tuple[str, CaseRow]:
    """The caller's worker, and the newest case with them."""
    listed = cases.page(tx, client=wish.client, person=wish.view, status=None, after=None, size=1)
    if not listed:
        raise GatewayError("not_found", thing="worker")
    return wish.view, cases.get(tx, listed[0].id)


def _of_worker(
    runtime: Runtime,
    wish: Wish,
    kind: str,
    payload: bytes,
    message: Callable[[Identity, str | None, str], object],
    tx: Tx,
) -> Sequence[Change]:
    """The change of what the caller's own registrations rest on, told to each province that has one of them."""
    person, newest = _worker(tx, wish)
    cases.lock(tx, newest.id)
    standing = [each for each in registrations.of_person(tx, person) if each.state != "ended"]
    mine = [each for each in standing if wish.client is None or _followed(tx, each.case, wish.client)]
    for each in mine:
        check_free(each, *(_OF_MONTHS if kind == "death" else (kind, "death")))
    if not mine:
        raise GatewayError("not_standing", insurance="-", state=newest.status)
    able = [each for each in mine if carries(runtime, kind, each.item.province)]
    if not able:
        check_carried(runtime, kind, mine[0].item.province)
    told = _told(tx, kind, wish.client or newest.client, payload, able, message)
    return [replace(told, untold=_unable(runtime, kind, mine))]


def _unable(runtime: Runtime, kind: str, concerned: Sequence[Registration]) -> list[str]:
    """The provinces that a change concerns and that cannot be told of it."""
    provinces = dict.fromkeys(each.item.province for each in concerned)
    return [province for province in provinces if not carries(runtime, kind, province)]


def _of_others(
    runtime: Runtime, tx: Tx, mine: Change, message: Callable[[Identity, str | None, str], object]
) -> list[Change]:
    """A death concerns every registration; those that others brought are told of in cases of theirs."""
    told = {telling.province for telling in mine.tellings}
    left = [
        each
        for each in registrations.of_person(tx, mine.person)
        if each.state != "ended" and each.item.province not in told and carries(runtime, "death", each.item.province)
    ]
    clients = dict.fromkeys(each.case.client for each in left)
    return [
        _told(tx, mine.kind, client, mine.payload, [each for each in left if each.case.client == client], message)
        for client in clients
    ]


def _told(
    tx: Tx,
    kind: str,
    client: str,
    payload: bytes,
    concerned: Sequence[Registration],
    message: Callable[[Identity, str | None, str], object],
) -> Change:
    person = concerned[0].case.person
    identity = identities.current(tx, person)
    tellings = [
        Telling(province, partial(message, identity, persons.local_number(tx, person, province)))
        for province in dict.fromkeys(each.item.province for each in concerned)
    ]
    return Change(kind, client, person, payload, [each.item for each in concerned], tellings)


def _followed(tx: Tx, case: CaseRow, client: str) -> bool:
    return any(view.client == client for view in cases.views_of(tx, case.id))


def _fault(pointer: str, code: str, **params: Any) -> GatewayError:
    return GatewayError(code, faults=[Fault(pointer, code, params)], **params)
