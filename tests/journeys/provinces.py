"""The provinces of the demonstration: where people of the tests work and are registered, and who does what there."""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Province:
    """`assessed_by`, `told_by`: what the dated data say of levies there, and of who tells the province of a payment."""

    name: str
    works_in: str
    registered_in: str
    assessed_by: str
    told_by: str

    @property
    def bureau(self) -> str:
        """The tax party."""
        return f"tax-{self.name}"

    @property
    def effects(self) -> Counter[tuple[str, str]]:
        """What the parties do for one insurance of one completed case: each once."""
        levied = "levy_assessed" if self.assessed_by == "agency" else "levy_declared"
        told = "cover_started" if self.told_by == "gateway" else "booked_by_tax"
        return Counter([(self.name, "registered"), (self.bureau, levied), (self.bureau, "paid"), (self.name, told)])


# Two counties each, so that the choice shows within one province too; Ningbo and Shenzhen have bureaus of their own.
PROVINCES = {
    each.name: each
    for each in (
        Province("zhejiang", "330106", "330203", "agency", "gateway"),
        Province("beijing", "110105", "110108", "gateway", "tax"),
        Province("tianjin", "120101", "120104", "agency", "tax"),
        Province("guangdong", "440106", "440303", "gateway", "gateway"),
        Province("hunan", "430102", "430304", "gateway", "tax"),
    )
}
