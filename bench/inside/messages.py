"""The messages that are translated: other people, amounts and months each time, so that no memory does the work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Any

from bench.people import id_number, name
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.model.codes import Choice, ContributionKind, ContributionState, Cycle, IdType, Insurance, Purpose, Scheme
from gateway.model.person import Consent, Identity, Warrant
from gateway.model.province import EnrolWorker
from gateway.model.province_records import ContributionLine, ContributionsFound, GetContributions
from gateway.model.values import Money, Month, Region
from gateway.ports import Control, Document

_CHINA = timezone(timedelta(hours=8))
_SENT = datetime(2026, 11, 22, 8, 0, tzinfo=_CHINA)
_LAST = Month.of(_SENT)
_REGIONS = ("330106", "330108", "430102", "430104", "110105", "120101", "440106", "440304")


@dataclass(frozen=True, slots=True)
class Sample:
    """One message with what its envelope carries, and the document that the gateway writes of it.

    `about`: the request that a reply answers; None for a request.
    """

    message: Any
    control: Control
    about: Any
    document: Document


def enrolments(dialect: GatewayDialect, count: int) -> Sequence[Sample]:
    """Requests with every kind of value: identifiers, an amount, a month, codes, instants, numbers, texts."""
    return [_sample(dialect, _enrolment(index), index) for index in range(count)]


def replies(dialect: GatewayDialect, lines: int, count: int, *, brief: bool = False) -> Sequence[Sample]:
    """Contribution records of so many lines; `brief`: of a month, its state and its amount alone."""
    about = GetContributions(_identity(0), Month(_LAST.ordinal - 360), _LAST, Warrant(Purpose.BENEFIT, "consent-1"))
    return [_sample(dialect, _record(index, lines, brief=brief), index, about) for index in range(count)]


def _sample(dialect: GatewayDialect, message: Any, index: int, about: Any = None) -> Sample:
    sent = _SENT + timedelta(seconds=index)
    extra = {} if about is None else {"refers_to": f"msg_ask{index:022d}"}
    control = Control(f"msg_{index:025d}", "hunan", "gateway", sent, extra)
    return Sample(message, control, about, dialect.write(message, control, about))


def _identity(index: int) -> Identity:
    return Identity(IdType.RESIDENT_ID, id_number(index * 7), name(index))


def _enrolment(index: int) -> EnrolWorker:
    chance = Random(index)  # noqa: S311 - the same messages in every run
    return EnrolWorker(
        reference=f"case_{index:025d}.pension",
        person=_identity(index),
        mobile=f"139{index:08d}",
        insurance=chance.choice(list(Insurance)),
        choice=chance.choice(list(Choice)),
        agency=Region(chance.choice(_REGIONS)),
        workplace_region=Region(chance.choice(_REGIONS)),
        registered_region=Region(chance.choice(_REGIONS)),
        start=Month(_LAST.ordinal - chance.randrange(12)),
        grade=chance.choice((60, 80, 100, 200, 300)),
        cycle=chance.choice(list(Cycle)),
        base=Money(chance.randrange(400_000, 3_000_000)),
        consent=Consent(f"consent-{index}", _SENT - timedelta(seconds=index)),
        supplements=f"SL2026{index:09d}",
        material="补充提交户口簿首页及本人页复印件，经办机构要求于十五日内补正。",
    )


def _record(index: int, lines: int, *, brief: bool) -> ContributionsFound:
    chance = Random(index)  # noqa: S311 - as above
    place, base = Region(chance.choice(_REGIONS)), chance.randrange(400_000, 3_000_000)
    each = []
    for back in range(lines):
        if back % 12 == 0:  # the base of a year
            base = base * 100 // chance.randrange(101, 110)
        month = Month(_LAST.ordinal - back)
        each.append(_brief(place, month, base) if brief else _line(place, month, base, index * lines + back))
    return ContributionsFound(known=True, person_number=f"{index:014d}", lines=tuple(each))


def _brief(place: Region, month: Month, base: int) -> ContributionLine:
    return ContributionLine(
        Scheme.EMPLOYEE_PENSION, place, month, ContributionState.PAID, personal=Money(base * 8 // 100)
    )


def _line(place: Region, month: Month, base: int, serial: int) -> ContributionLine:
    personal, employer = Money(base * 8 // 100), Money(base * 16 // 100)
    return ContributionLine(
        scheme=Scheme.EMPLOYEE_PENSION,
        region=place,
        first=month,
        state=ContributionState.PAID,
        booked=month,
        kind=ContributionKind.REGULAR,
        base=Money(base),
        personal=personal,
        employer=employer,
        interest=Money(0),
        total=personal + employer,
        paid_on=date(month.year, month.number, 1 + serial % 28),
        unit_number=f"{serial % 97:013d}",
        unit_name="杭州示例配送服务有限公司",
        notice_number=f"ZS{serial:012d}",
        voucher_number=f"SP{serial:014d}",
    )
