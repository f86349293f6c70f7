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
    "enrolment_check": {"en": "check before an enrolment", "zh": "参保核查"},
    "transfer": {"en": "transfer", "zh": "关系转移"},
    "benefit": {"en": "benefit", "zh": "待遇核发"},
    "case_handling": {"en": "a matter under way", "zh": "业务办理"},
    "GetRights": {"en": "rights", "zh": "参保权益"},
    "GetContributions": {"en": "contributions", "zh": "缴费记录"},
    "suspension": {"en": "suspension", "zh": "暂停缴费"},
    "resumption": {"en": "resumption", "zh": "恢复缴费"},
    "ending": {"en": "ending", "zh": "终止参保"},
    "details": {"en": "change of details", "zh": "人员信息变更"},
    "identity": {"en": "correction of identity", "zh": "身份信息更正"},
    "death": {"en": "report of death", "zh": "死亡申报"},
}
