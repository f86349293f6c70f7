"""What the regions have on record about a worker of the caller's: asked for a purpose, under the worker's consent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import GatewayError
from gateway.model.codes import Insurance
from gateway.model.person import Identity, Warrant
from gateway.model.province_records import ContributionLine, GetContributions, GetRights, Right
from gateway.model.values import Month
from gateway.services.ask import Question, ask_regions
from gateway.services.records import encode
from gateway.services.runtime import Runtime
from gateway.store import cases, identities

# What a platform sees of a record (an operator sees all of it): what was earned or paid, never where, or what somebody
# else gave.
SEEN_BY_PLATFORMS: Mapping[type, frozenset[str]] = {
    ContributionLine: frozenset({"scheme", "first", "last", "state", "kind", "personal", "paid_on"}),
    Right: frozenset({"scheme", "state", "enrolled", "paid_to", "months_paid", "benefit_from"}),
}


@dataclass(frozen=True, slots=True)
class LookUp:
    """Who asks about which worker, and why. `client` None: an operator. `about`: the request's name in the journal."""

    client: str | None
    worker: str
    warrant: Warrant
    insurances: tuple[Insurance, ...]
    about: str


def contributions(runtime: Runtime, asked: LookUp, first: Month, last: Month) -> dict[str, Any]:
    """What was paid for the worker in these months; GatewayError `not_found`, `deadline_passed`."""
    person, case = _person(runtime, asked, "GetContributions")
    query = GetContributions(person, first, last, asked.warrant, insurances=asked.insurances)
    return _shown(runtime, asked, case, query, "lines")


def rights(runtime: Runtime, asked: LookUp) -> dict[str, Any]:
    """What the worker has earned and may draw; GatewayError as `contributions`."""
    person, case = _person(runtime, asked, "GetRights")
    return _shown(runtime, asked, case, GetRights(person, asked.warrant, insurances=asked.insurances), "rights")


def _person(runtime: Runtime, asked: LookUp, message: str) -> tuple[Identity, str]:
    """Who is asked about, and the worker's newest case.

    That it was asked, why and under which consent stands on that case first.
    """
    with runtime.store.work("look_up") as tx:
        found = cases.page(tx, client=asked.client, person=asked.worker, status=None, after=None, size=1)
        if not found:
            raise GatewayError("not_found", thing="worker")
        person = identities.current(tx, asked.worker)
        case, warrant = found[0].id, asked.warrant
        runtime.journal.tie(tx, asked.about, case=case, person=asked.worker)
        told = {"purpose": warrant.purpose.value, "consent": warrant.consent or "", "asker": asked.client or "operator"}
        cases.happened(tx, case, "records_asked", message=message, **told)
    runtime.journal.tied(asked.about)
    return person, case


def _shown(runtime: Runtime, asked: LookUp, case: str, query: Question, rows: str) -> dict[str, Any]:
    kept_as: dict[str, str] = {}
    try:
        found = ask_regions(runtime, runtime.keepers, query, kept_as=kept_as)
    finally:
        if kept_as:
            _tell(runtime, case, kept_as)
    shown = {
        "worker": asked.worker,
        "known": found.known,
        "complete": not found.unanswered,
        rows: [_row(asked, row) for row in getattr(found, rows)],
    }
    if asked.client is not None:
        return shown
    notes = [{"party": party, "instead": instead} for party, instead in sorted(kept_as.items())]
    return shown | {"unanswered": [region.code for region in found.unanswered], "kept_as": notes}


def _tell(runtime: Runtime, case: str, kept_as: Mapping[str, str]) -> None:
    """What the regions were asked with instead of characters that they cannot store stands on the case, each once."""
    with runtime.store.work("look_up") as tx:
        told = [json.loads(event.params) for event in cases.timeline(tx, case) if event.code == "kept_otherwise"]
        known = {(each["party"], each["instead"]) for each in told}
        for party, instead in sorted(set(kept_as.items()) - known):
            cases.happened(tx, case, "kept_otherwise", party=party, instead=instead)


def _row(asked: LookUp, row: ContributionLine | Right) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(encode(row))
    if asked.client is None:
        return whole
    return {name: value for name, value in whole.items() if name in SEEN_BY_PLATFORMS[type(row)]}
