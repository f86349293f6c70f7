"""Say what is here of the packages that the treasury sent, and ask again for the parts that are not: not for ever."""

import logging
from collections.abc import Mapping
from datetime import date, timedelta

from gateway.errors import GatewayError
from gateway.model.codes import CheckKind, PackageState
from gateway.model.treasury import AskAgain, CheckPackages, PackageFound, PackagesChecked, PackageTotal
from gateway.model.values import Money
from gateway.services.afresh import afresh
from gateway.services.check_parts import announced, key_of
from gateway.services.runtime import Runtime
from gateway.services.statements import layout_for
from gateway.store import check_packages as packages
from gateway.store.check_packages import PackageRow
from gateway.store.work import Tx

_AT_ONCE = 20
"""So many parts of one package are asked for in a round."""
_SECONDS = 10

log = logging.getLogger(__name__)


def check_packages(runtime: Runtime, party: str, message: CheckPackages, about: str) -> PackagesChecked:  # noqa: ARG001 - as every verb of a push
    """What is here of each package; one that nobody had heard of is known from now on, and asked for."""

    def checked() -> PackagesChecked:
        with runtime.store.work("check_packages") as tx:
            found = tuple(_found(runtime, tx, party, message.day, total) for total in message.rows)
        return PackagesChecked(message.day, found)

    return afresh(checked, GatewayError("unavailable", reason="parts of the same packages keep coming"))


def _found(runtime: Runtime, tx: Tx, party: str, day: date, total: PackageTotal) -> PackageFound:
    key = key_of(party, total.kind, day, total.package_number)
    before = packages.find(tx, key)
    if before is None:
        told = {"count": total.count, "fen": total.amount.fen, "parts": total.parts}
        announced(runtime, tx, layout_for(runtime, party), key, told)
        return PackageFound(total.kind, total.package_number, PackageState.ABSENT)
    state, sums = _state(before, total), (before.count, Money(before.fen))
    if state in (PackageState.EQUAL, PackageState.DIFFERENT):
        return PackageFound(total.kind, total.package_number, state, *sums)
    return PackageFound(total.kind, total.package_number, state)


def _state(package: PackageRow, total: PackageTotal) -> PackageState:
    if package.state in (packages.OPEN, packages.INCOMPLETE):
        return PackageState.INCOMPLETE
    same = (package.count, package.fen) == (total.count, total.amount.fen) and package.state != packages.REFUSED
    return PackageState.EQUAL if same else PackageState.DIFFERENT


def ask_again(runtime: Runtime) -> int:
    """Ask for the parts that are missing, of every package whose time has come; how many were asked for.

    One that cannot be asked now is tried in the next round; after its last day a package is incomplete, and stays so
    until its parts come by themselves.
    """
    with runtime.store.reading() as tx:
        waiting = [(row, packages.parts(tx, row.id)) for row in packages.waiting(tx, packages.OPEN, tx.now)]
    return sum(_asked(runtime, row, here) for row, here in waiting)


def missing(package: PackageRow, here: list[int]) -> list[int]:
    """The numbers of the parts that are not here."""
    return sorted(set(range(1, package.parts + 1)) - set(here))


def _asked(runtime: Runtime, package: PackageRow, here: list[int]) -> int:
    now = runtime.now()
    if now >= package.ask_until:
        _written(runtime, package, {"state": packages.INCOMPLETE})
        return 0
    again = layout_for(runtime, package.party).again
    wait = timedelta(seconds=again.wait) if again else package.ask_until - now
    # Written down first: whoever dies on the way asks a round later, and not in a circle.
    _written(runtime, package, {"ask_at": now + wait, "asked": package.asked + 1})
    return sum(_asked_one(runtime, package, number) for number in missing(package, here)[:_AT_ONCE])


def _written(runtime: Runtime, package: PackageRow, values: Mapping[str, object]) -> None:
    with runtime.store.work("check_asked") as tx:
        current = packages.get(tx, package.id)
        if current is not None and current.state == packages.OPEN:
            packages.change(tx, package.id, **values)


def _asked_one(runtime: Runtime, package: PackageRow, number: int) -> int:
    party = runtime.parties.get(package.party)
    if party is None:
        return 0
    question = AskAgain(CheckKind(package.kind), date.fromisoformat(package.day), package.number, number)
    try:
        reply = party.ask(question, runtime.now() + timedelta(seconds=_SECONDS))
    except GatewayError as error:
        log.warning("part %s of package %s was not asked for: %s", number, package.id, error.kind.code)
        return 0
    if not reply.done:
        log.warning("part %s of package %s will not be sent again", number, package.id)
    return int(reply.done)
