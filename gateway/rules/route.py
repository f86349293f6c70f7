"""Who serves an insurance in a region: agency, tax office, treasury, card centre, and the parties behind them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeVar

from gateway.errors import GatewayError
from gateway.model.codes import Insurance
from gateway.model.values import Region
from gateway.rules.dated import Found, Parameter
from gateway.rules.law import Question
from gateway.rules.regions import Level

T = TypeVar("T")
_REMEMBERED = 8192

Via = Literal["direct", "national"]
MEDICAL = frozenset({Insurance.MEDICAL, Insurance.RESIDENT_MEDICAL, Insurance.MATERNITY})


@dataclass(frozen=True, slots=True)
class Office:
    """An agency: its name (`{province}`, `{city}`, `{county}` are filled in) and the level of its region code."""

    name: str
    level: Level

    def __post_init__(self) -> None:
        _filled(self.name, {"province": "", "city": "", "county": ""})


@dataclass(frozen=True, slots=True)
class Route:
    """Who serves an insurance in a region. What is absent is unknown there and refused by name where it is needed.

    `province_party`, `tax_party`, `card_centre`: party ids. `tax_office`, `treasury`: names.
    """

    agency: Office | None = None
    medical_agency: Office | None = None
    tax_office: str = ""
    treasury: str = ""
    card_centre: str = ""
    province_party: str = ""
    tax_party: str = ""
    via: Via = "direct"


ROUTE = Parameter("route", Route)


@dataclass(frozen=True, slots=True)
class Served:
    """Who serves an insurance in a region, by name."""

    found: Found[Route]
    agency: str
    agency_region: Region
    medical_agency: str
    tax_office: str
    treasury: str
    province_party: str
    tax_party: str
    place: str


@lru_cache(maxsize=_REMEMBERED)
def served(there: Question) -> Served:
    """Who serves `there.insurance` in `there.region`; GatewayError `route_missing` names the role that is not known."""
    found = there.look(ROUTE)
    if found is None:
        raise _missing(there, "agency")
    route, names = found.content, _names(there)
    medical = _needed(route.medical_agency, there, "medical agency") if there.insurance in MEDICAL else None
    registrar = medical or _needed(route.agency, there, "agency")
    return Served(
        found=found,
        agency=_filled(registrar.name, names),
        agency_region=Region(there.law.regions.at(there.region, registrar.level)),
        medical_agency=_filled(medical.name, names) if medical else "",
        tax_office=_filled(_needed(route.tax_office, there, "tax office"), names),
        treasury=_filled(route.treasury, names),
        province_party=_needed(route.province_party, there, "province party"),
        tax_party=_needed(route.tax_party, there, "tax party"),
        place=there.place,
    )


def _names(there: Question) -> dict[str, str]:
    levels: tuple[Level, ...] = ("province", "city", "county")
    return {level: there.law.regions.name(there.region, level, there.on) for level in levels}


def _filled(template: str, names: dict[str, str]) -> str:
    try:
        return template.format_map(names)
    except (KeyError, ValueError, IndexError):
        raise ValueError(f"in {template!r} only {{province}}, {{city}} and {{county}} can be filled in") from None


def _missing(there: Question, role: str) -> GatewayError:
    return GatewayError(
        "route_missing", role=role, insurance=there.insurance.value, region=there.region, date=there.on.isoformat()
    )


def _needed(value: T | None, there: Question, role: str) -> T:
    if not value:
        raise _missing(there, role)
    return value
