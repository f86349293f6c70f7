"""Words that several parties share: insurances, the national three-digit values, months and days."""

from datetime import date

NATIONAL = {
    "pension": "110",
    "resident_pension": "170",
    "medical": "310",
    "resident_medical": "390",
    "unemployment": "210",
    "maternity": "510",
    "occupational_injury": "420",
}
INSURANCE_OF = {value: name for name, value in NATIONAL.items()}
NAMES = {
    "pension": "企业职工基本养老保险",
    "resident_pension": "城乡居民基本养老保险",
    "medical": "职工基本医疗保险",
    "resident_medical": "城乡居民基本医疗保险",
    "unemployment": "失业保险",
    "maternity": "生育保险",
    "occupational_injury": "职业伤害保障",
}
INDIVIDUAL = {"pension": "individual_pension", "medical": "individual_medical"}
CYCLE_MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}


def scheme_of(insurance: str) -> str:
    """The scheme that an individual joins."""
    return INDIVIDUAL.get(insurance, insurance)


def month_after(month: str, months: int) -> str:
    """`month` (`2026-01`) moved by whole months."""
    total = int(month[:4]) * 12 + int(month[5:]) - 1 + months
    return f"{total // 12:04d}-{total % 12 + 1:02d}"


def months_between(first: str, last: str) -> list[str]:
    """Every month from `first` to `last`, both included."""
    months = []
    while first <= last:
        months.append(first)
        first = month_after(first, 1)
    return months


def first_day(month: str) -> str:
    """The first day of a month, ISO."""
    return f"{month}-01"


def last_day(month: str) -> str:
    """The last day of a month, ISO."""
    following = date.fromisoformat(first_day(month_after(month, 1)))
    return date.fromordinal(following.toordinal() - 1).isoformat()
