"""Commands about refunds: claim one for a payment, decide one, say that its money went back."""

import getpass
from collections.abc import Callable
from enum import StrEnum

import click

from commands.output import as_json_option, done, not_blank
from gateway.model.codes import Insurance, RefundOrigin, RefundRoute, RefundVerdict
from gateway.model.values import Month
from gateway.services import refund_desk
from gateway.services.operate import Act
from gateway.services.refund_desk import Claimed, Decided
from gateway.services.runtime import Runtime

Opened = Callable[[], Runtime]

_because = click.option("--because", required=True, callback=not_blank, help="Why; it stands on the case's timeline.")


def _codes(kind: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([each.value for each in kind])


def _month(_context: click.Context, _option: click.Parameter, given: str | None) -> Month | None:
    try:
        return Month.parse(given) if given else None
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from None


@click.command("claim-refund")
@click.argument("handle")
@click.option("--insurance", type=_codes(Insurance), required=True, help="Whose payment goes back.")
@click.option("--origin", type=_codes(RefundOrigin), required=True, help="Why it goes back.")
@click.option("--first", callback=_month, help="First month, such as 2026-08; the first one paid unless given.")
@click.option("--last", callback=_month, help="Last month; the last one paid unless given.")
@_because
@as_json_option
@click.pass_obj
def claim_refund(
    opened: Opened, /, handle: str, insurance: str, origin: str, because: str, as_json: bool, **months: Month | None
) -> None:
    """Open a refund for a payment of the enrolment HANDLE, whole or for some of its months."""
    asked = Claimed(Insurance(insurance), RefundOrigin(origin), because, months["first"], months["last"])
    act = Act(getpass.getuser(), "claim-refund", because)
    claimed = refund_desk.claim_by_hand(opened(), handle, asked, act)
    done(f"{claimed} is the refund", as_json=as_json, refund=claimed, case=handle)


@click.command("refund")
@click.argument("handle")
@click.option("--as", "verdict", type=_codes(RefundVerdict), required=True, help="What you decide, or that it is paid.")
@click.option("--route", type=_codes(RefundRoute), help="The way on which the money goes back; with a grant.")
@_because
@as_json_option
@click.pass_obj
def refund(opened: Opened, /, handle: str, verdict: str, route: str | None, because: str, as_json: bool) -> None:
    """Decide the refund HANDLE, or say that its money went back."""
    asked = Decided(RefundVerdict(verdict), because, RefundRoute(route) if route else None)
    refund_desk.decide_by_hand(opened(), handle, asked, Act(getpass.getuser(), f"refund as {verdict}", because))
    done(f"{handle}: {verdict}", as_json=as_json, refund=handle, verdict=verdict)
