"""What the codes are called by people."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "pension": {"en": "Employee pension (individual)", "zh": "企业职工基本养老保险（灵活就业）"},
    "resident_pension": {"en": "Resident pension", "zh": "城乡居民基本养老保险"},
    "medical": {"en": "Employee medical (individual)", "zh": "职工基本医疗保险（灵活就业）"},
    "resident_medical": {"en": "Resident medical", "zh": "城乡居民基本医疗保险"},
    "unemployment": {"en": "Unemployment", "zh": "失业保险"},
    "maternity": {"en": "Maternity", "zh": "生育保险"},
    "occupational_injury": {"en": "Occupational injury", "zh": "职业伤害保障"},
}
