"""Invented workers, and what a platform sends to enrol one."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stdnum.iso7064 import mod_11_2

_SURNAMES = "甄聂蔺璩濮阮郗亓"
_GIVEN = "骑昶翀旻晏霁岚珩煜湉"

# (choice, workplace, registered) that lead to each province; every choice and both assessing modes are there.
PLACES: Mapping[str, tuple[str, str, str]] = {
    "zhejiang": ("workplace", "330106", "430102"),
    "hunan": ("registered", "330106", "430102"),
    "tianjin": ("workplace", "120101", "430102"),
    "beijing": ("registered", "440106", "110105"),
    "guangdong": ("workplace", "440106", "110105"),
}


@dataclass(frozen=True)
class Person:
    """Nobody: number with a right check digit, name and mobile made up."""

    number: str
    name: str
    mobile: str

    @property
    def secrets(self) -> tuple[str, str, str]:
        """What must not be found anywhere in the clear."""
        return self.number, self.name, self.mobile


class People:
    """A new person each time."""

    def __init__(self) -> None:
        self._serials = itertools.count(1)

    def next(self, born_in: str = "430102") -> Person:
        """Somebody who was not there before. `born_in`: the region that the number begins with."""
        serial = next(self._serials)
        body = f"{born_in}19{80 + serial % 20}{1 + serial % 12:02d}{1 + serial % 28:02d}{serial // 20 % 500:03d}"
        name = _SURNAMES[serial % 8] + _GIVEN[serial // 8 % 10] + _GIVEN[serial // 80 % 10]
        return Person(body + mod_11_2.calc_check_digit(body), name, f"139{70000000 + serial:08d}")


def enrolment(person: Person, province: str, month: str, insurance: tuple[str, ...] = ("pension",)) -> dict[str, Any]:
    """The body of POST /v1/enrolments for a person who is to be enrolled in `province` from `month`."""
    choice, workplace, registered = PLACES[province]
    return {
        "worker": {
            "id_type": "resident_id",
            "id_number": person.number,
            "name": person.name,
            "mobile": person.mobile,
        },
        "insurance": list(insurance),
        "choice": choice,
        "workplace_region": workplace,
        "registered_region": registered,
        "contribution": {"grade": 60, "cycle": "monthly"},
        "start": month,
        "consent": {"reference": f"consent-{person.mobile[-6:]}", "given_at": f"{month}-01T08:00:00+08:00"},
    }
