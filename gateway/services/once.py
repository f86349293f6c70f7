"""What a caller asks to be done with a case: done once per Idempotency-Key, answered with the case as it is then."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import msgspec

from gateway.errors import GatewayError
from gateway.services import views
from gateway.services.accept import Answer, replay
from gateway.services.enter import ACCEPTED
from gateway.services.runtime import Runtime
from gateway.store import cases, idempotency
from gateway.store.rows import CaseRow
from gateway.store.work import ClashError, LockTimeoutError, Tx

_RETRY_AFTER = 1


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish about a case that its sender follows. `client` None: an operator. `about`: its name in the journal.

    `asked_by`: the province at whose counter the worker asked; what is opened for it is followed by it, too.
    """

    key: idempotency.Key
    client: str | None
    view: str
    language: str
    about: str = ""
    asked_by: str = ""


def once(
    runtime: Runtime, wish: Wish, work: AbstractContextManager[Tx], request: bytes, act: Callable[[Tx], str]
) -> Answer:
    """Let `act` do what is wished, in the transaction `work`, and answer with the case whose view it gives.

    `request`: what was asked, as it is compared with a repetition. GatewayError: what `act` raises,
    `idempotency_conflict`, `idempotency_in_flight`.
    """
    try:
        with work as tx:
            if stored := idempotency.find(tx, wish.key):
                return replay(stored, request)
            idempotency.forget(tx, wish.key)
            view = views.case_view(runtime, tx, act(tx), wish.client, wish.language)
            body = msgspec.json.encode(view)
            idempotency.keep(tx, wish.key, request, ACCEPTED, body)
    except (ClashError, LockTimeoutError):
        raise GatewayError("idempotency_in_flight", retry_after=_RETRY_AFTER) from None
    runtime.journal.tied(wish.about)
    return Answer(ACCEPTED, body)


def once_in_case(
    runtime: Runtime, wish: Wish, work: AbstractContextManager[Tx], said: object, act: Callable[[Tx, CaseRow], str]
) -> Answer:
    """As `once`, about a case that nobody else changes meanwhile; also GatewayError `not_found`. `said`: for JSON."""

    def acted(tx: Tx) -> str:
        handle = cases.behind_view(tx, wish.view, wish.client)
        if handle is None:
            raise GatewayError("not_found", thing="case")
        case = cases.lock(tx, handle)
        runtime.journal.tie(tx, wish.about, case=case.id, person=case.person)
        return act(tx, case)

    return once(runtime, wish, work, json.dumps(said, ensure_ascii=False, sort_keys=True).encode(), acted)
