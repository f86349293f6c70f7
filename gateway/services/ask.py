"""Answer a province's question: from our own cases, or from the other regions, in one straight line with a deadline."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from gateway.errors import GatewayError
from gateway.model.messages import Message
from gateway.model.province import CoverFound, EnrolmentDecided, FindCover, FindWorker, GetProgress, WorkerFound
from gateway.model.province_records import ContributionsFound, GetContributions, GetRights, RightsFound
from gateway.model.values import Region
from gateway.ports import Party
from gateway.services import metrics, substitutes
from gateway.services.kept import left_of
from gateway.services.progress import progress
from gateway.services.runtime import Runtime
from gateway.store import leases, persons
from gateway.store.work import Tx

DEADLINE = timedelta(seconds=8)

Question = FindCover | FindWorker | GetRights | GetContributions
# What a region has on record may be all that there is: one that cannot be asked is missing from the answer, too.
_OF_RECORD = (GetRights, GetContributions)


def ask(
    runtime: Runtime,
    caller: str,
    message: Message,
    deadline: datetime | None = None,
    *,
    whole: bool = False,
    kept_as: dict[str, str] | None = None,
) -> Message:
    """The answer to what the province `caller` asks, from whoever knows.

    GatewayError: `purpose_needed` where the person is not the caller's own and no consent is named, `not_found`,
    `deadline_passed` where no region answered at all. Regions that stayed silent are named in the answer; `whole`: the
    caller's form has no place for that, so that `deadline_passed` names them instead; a worker who was found is found.
    `kept_as`: is told by party what was asked in the place of characters that the party cannot store.
    """
    result = "failed"
    try:
        answer = _asked(runtime, caller, message, deadline, whole=whole, kept_as=kept_as)
        result = "answered"
    except GatewayError as error:
        result = error.kind.code
        raise
    finally:
        metrics.QUESTIONS.labels(caller, type(message).__name__, result).inc()
    return answer


def _asked(
    runtime: Runtime,
    caller: str,
    message: Message,
    deadline: datetime | None,
    *,
    whole: bool,
    kept_as: dict[str, str] | None,
) -> Message:
    if isinstance(message, GetProgress):
        return _progress(runtime, caller, message)
    if not isinstance(message, Question):
        raise GatewayError("unsupported", party="gateway", message=type(message).__name__, alternative="")
    _check_right(runtime, caller, message)
    others = [party for party in runtime.keepers if party.id != caller]
    return ask_regions(runtime, others, message, deadline, whole=whole, kept_as=kept_as)


def ask_regions(
    runtime: Runtime,
    provinces: Sequence[Party],
    message: Question,
    deadline: datetime | None = None,
    *,
    whole: bool = False,
    kept_as: dict[str, str] | None = None,
) -> Message:
    """What the provinces know, put together; who may ask has been seen to. All else as `ask`.

    A local number means nothing elsewhere, so each province is asked under its own.
    """
    able = [party for party in provinces if type(message).__name__ in party.supports]
    unable = [party for party in provinces if party not in able] if isinstance(message, _OF_RECORD) else []
    left = {party.id: question for party in able if (question := left_of(message, party)) is not None}
    able = [party for party in able if party.id in left]
    with runtime.store.reading() as tx:
        paused = leases.paused(tx)
        asked = {party.id: _addressed(tx, left[party.id], party) for party in able if party.id not in paused}
    open_to = [party for party in able if party.id in asked]
    if kept_as is not None:
        kept_as |= substitutes.used(open_to, asked, runtime.now())
    answers, silent = _answers(open_to, asked, deadline or runtime.now() + DEADLINE, runtime)
    runtime.journal.flush()
    silent += [party for party in able if party.id in paused]
    if whole and silent and not (isinstance(message, FindWorker) and any(answer.known for answer in answers)):
        raise GatewayError("deadline_passed", party=", ".join(party.id for party in silent))
    return _merged(message, able, answers, silent + unable)


def _addressed(tx: Tx, message: Question, party: Party) -> Question:
    if not isinstance(message, _OF_RECORD):
        return message
    person = persons.find(tx, message.person.id_number)
    number = None if person is None else persons.local_number(tx, person, party.id)
    return replace(message, person_number=number)


def _check_right(runtime: Runtime, caller: str, message: Question) -> None:
    if message.warrant.consent:
        return
    with runtime.store.reading() as tx:
        person = persons.find(tx, message.person.id_number)
        own = person is not None and caller in persons.parties_knowing(tx, person)
    if not own:
        raise GatewayError("purpose_needed")


def _answers(
    able: Sequence[Party], messages: Mapping[str, Message], deadline: datetime, runtime: Runtime
) -> tuple[list[Any], list[Party]]:
    """The answers that came in time, and the parties from which none came."""
    pool = ThreadPoolExecutor(max(len(able), 1), thread_name_prefix="ask")
    asked = {party.id: pool.submit(party.ask, messages[party.id], deadline) for party in able}
    wait(asked.values(), timeout=max((deadline - runtime.now()).total_seconds(), 0))
    pool.shutdown(wait=False, cancel_futures=True)
    # Looked at once: an answer that comes between two looks would be neither given nor named as missing.
    given = {name: future.result() for name, future in asked.items() if _succeeded(future)}
    return list(given.values()), [party for party in able if party.id not in given]


def _succeeded(future: Any) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _merged(message: Question, able: Sequence[Party], answers: list[Any], silent: list[Party]) -> Message:
    if able and not answers:
        raise GatewayError("deadline_passed", party=", ".join(party.id for party in able))
    regions = tuple(Region(region.ljust(6, "0")) for party in silent for region in party.regions)
    known = [answer for answer in answers if answer.known]
    if isinstance(message, FindCover):
        covers = tuple(cover for answer in known for cover in answer.covers)
        return CoverFound(known=bool(known), covers=covers, unanswered=regions)
    if isinstance(message, GetRights):
        rights = tuple(right for answer in known for right in answer.rights)
        return RightsFound(known=bool(known), rights=rights, unanswered=regions)
    if isinstance(message, GetContributions):
        lines = sorted((line for answer in known for line in answer.lines), key=attrgetter("first", "scheme", "region"))
        return ContributionsFound(known=bool(known), lines=tuple(lines), unanswered=regions)
    return replace(known[0] if known else WorkerFound(known=False), unanswered=regions)


def _progress(runtime: Runtime, caller: str, message: GetProgress) -> EnrolmentDecided:
    with runtime.store.reading() as tx:
        (found,) = progress(tx, [(caller, message)])
    if isinstance(found, GatewayError):
        raise found
    return found
