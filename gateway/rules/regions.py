"""Administrative regions as they stood on a day, with predecessors and successors (GB/T 2260)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gateway.errors import GatewayError

Level = Literal["province", "city", "county"]
MUNICIPALITIES = frozenset({"11", "12", "31", "50"})  # no prefecture level: the standard has only placeholders there


@dataclass(frozen=True, slots=True)
class RegionRecord:
    """What a code stood for in a period. `since` and `until` are the first and last day, None where older or open."""

    code: str
    name: str
    since: date | None = None
    until: date | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def covers(self, on: date) -> bool:
        """Whether the code meant this on `on`."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


class Regions:
    """All regions, each code with its records over time."""

    __slots__ = ("_records",)

    def __init__(self, records: Mapping[str, Sequence[RegionRecord]]) -> None:
        self._records = {code: tuple(each) for code, each in records.items()}

    def __contains__(self, prefix: str) -> bool:
        return prefix.ljust(6, "0") in self._records

    def __len__(self) -> int:
        return len(self._records)

    def in_force(self, code: str, on: date) -> RegionRecord | None:
        """What `code` stands for on `on`; None where it is no region then."""
        return next((record for record in self._records.get(code, ()) if record.covers(on)), None)

    def need(self, code: str, on: date) -> RegionRecord:
        """As `in_force`; GatewayError `unknown_region` where there is none."""
        record = self.in_force(code, on)
        if record is None:
            raise GatewayError("unknown_region", region=code, date=on.isoformat())
        return record

    def successors(self, code: str, on: date) -> tuple[str, ...]:
        """The codes in force on `on` that an ended `code` went into, directly or by steps; itself where it stands."""
        if self.in_force(code, on):
            return (code,)
        later = [each for record in self._records.get(code, ()) for each in record.after]
        return tuple(dict.fromkeys(last for each in later for last in self.successors(each, on)))

    def at(self, code: str, level: Level) -> str:
        """The code of the region at `level` around `code`; counties run by a province directly are their own city."""
        province = code[:2] + "0000"
        if level == "province" or (level == "city" and code[:2] in MUNICIPALITIES):
            return province
        city = code[:4] + "00"
        return city if level == "city" and city in self._records else code

    def name(self, code: str, level: Level, on: date) -> str:
        """The name of the region at `level` that `code` lies in; the code itself where none is in force."""
        record = self.in_force(self.at(code, level), on)
        return record.name if record else code

    def full_name(self, code: str, on: date) -> str:
        """Names from province to county, such as 浙江省杭州市西湖区."""
        levels: tuple[Level, ...] = ("province", "city", "county")
        return "".join(dict.fromkeys(self.name(code, level, on) for level in levels))
