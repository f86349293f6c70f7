"""The provinces of the demonstration: where people of the tests work and are registered, and who does what there."""

from collections import Counter
from dataclasses import dataclass

MEDICAL = frozenset({"medical", "resident_medical", "maternity"})


@dataclass(frozen=True)
class Province:
    """`assessed_by`, `told_by`: what the dated data say of levies there, and of who tells the province of a payment.

    `medical`: the medical insurance agency with a system of its own, where there is one.
    """

    name: str
    works_in: str
    registered_in: str
    assessed_by: str
    told_by: str
    medical: str = ""

    def keeper(self, insurance: str) -> str:
        """The party that keeps an insurance there: of the medical ones an agency of its own, where it has one."""
        return self.medical if self.medical and insurance in MEDICAL else self.name

    @property
    def bureau(self) -> str:
        """The tax party."""
        return f"tax-{self.name}"

    @property
    def effects(self) -> Counter[tuple[str, str]]:
        """What the parties do for one insurance that the province keeps, of one completed case: each once."""
        return self.effects_at(self.name)

    def effects_at(self, keeper: str) -> Counter[tuple[str, str]]:
        """The same of an insurance that `keeper` keeps."""
        levied = "levy_assessed" if self.assessed_by == "agency" else "levy_declared"
        told = "cover_started" if self.told_by == "gateway" else "booked_by_tax"
        return Counter([(keeper, "registered"), (self.bureau, levied), (self.bureau, "paid"), (keeper, told)])


# Two counties each, so that the choice shows within one province too; Ningbo and Shenzhen have bureaus of their own.
PROVINCES = {
    each.name: each
    for each in (
        Province("zhejiang", "330106", "330203", "agency", "gateway", "medical-zhejiang"),
        Province("beijing", "110105", "110108", "gateway", "tax"),
        Province("tianjin", "120101", "120104", "agency", "tax"),
        Province("guangdong", "440106", "440303", "gateway", "gateway"),
        Province("hunan", "430102", "430304", "gateway", "tax", "medical-hunan"),
    )
}
