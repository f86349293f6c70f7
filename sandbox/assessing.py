"""The agency that assesses: at its decision it issues the levy and pushes it to its tax bureau, inside the sandbox."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sandbox.bureau import Bureau
from sandbox.codes import CYCLE_MONTHS, NATIONAL, first_day, last_day, month_after
from sandbox.figures import Share, due, owed
from sandbox.levies import Levy
from sandbox.registered import Application, Entry, Person

DOCUMENT = {"resident_id": "201", "hmt_permit": "202", "permanent_residence": "203"}
PAYER = {"worker": "1", "platform": "2", "government": "3"}


class Agency:
    """The social insurance agency of one province, in front of its tax bureau."""

    def __init__(self, province: str, bureau: Bureau) -> None:
        self._province = province
        self._bureau = bureau

    def assess(self, application: Application, person: Person) -> None:
        """Issue the levy of an accepted application and declare it at the bureau."""
        wish = application.wish
        months = CYCLE_MONTHS[wish.cycle]
        shares = _scripted(owed(self._province, wish.insurance, Decimal(wish.base), months), application.amount)
        fields: dict[str, Any] = {
            "XH": application.notice_number,
            "SJLYLX": "2",
            "SBJBJG_DM": wish.agency,
            "AAZ288": application.notice_number,
            "GRBH": person.person_number,
            "ZJLX_DM": DOCUMENT[wish.id_type],
            "ZJHM": wish.id_number,
            "XM": person.name,
            "XZLX_DM": NATIONAL[wish.insurance],
            "YJJE": _sum(shares),
            "SFSSQ_QSRQ": first_day(wish.start),
            "SFSSQ_ZZRQ": last_day(month_after(wish.start, months - 1)),
            "JK_QX": due(self._province, wish.start),
            "FYZCGrid": [{"FYMC": share.name, "JFZT_DM": PAYER[share.payer], "YJJE": share.amount} for share in shares],
            "BDLX_DM": "1",
            "CSPCH": f"P{application.acceptance_number}",
            "FQNY": wish.start.replace("-", ""),
        }
        self._bureau.declare(fields, wish.reference)

    def top_up(self, person: Person, entry: Entry, month: str, amount: Decimal, today: str) -> Levy:
        """Issue the notice of a difference in one month: it is on the person's record, and its levy at the bureau."""
        number = f"{entry.registration_number[-8:]}{month.replace('-', '')}{len(entry.notices) + 1:02d}"
        name = owed(self._province, entry.insurance, Decimal(entry.base), 1)[0].name
        line = {"scheme": entry.scheme, "region": entry.region, "first": month, "state": "owed"}
        entry.notices.append(line | {"kind": "back_payment", "total": f"{amount:.2f}", "notice_number": number})
        fields: dict[str, Any] = {
            "XH": number,
            "SJLYLX": "2",
            "SBJBJG_DM": entry.region,
            "AAZ288": number,
            "GRBH": person.person_number,
            "ZJLX_DM": DOCUMENT[person.id_type],
            "ZJHM": person.id_number,
            "XM": person.name,
            "XZLX_DM": NATIONAL[entry.insurance],
            "YJJE": amount,
            "SFSSQ_QSRQ": first_day(month),
            "SFSSQ_ZZRQ": last_day(month),
            "JK_QX": due(self._province, today[:7]),
            "FYZCGrid": [{"FYMC": name, "JFZT_DM": PAYER["worker"], "YJJE": amount}],
            "BDLX_DM": "1",
            "CSPCH": f"P{number}",
            "FQNY": month.replace("-", ""),
        }
        return self._bureau.declare(fields, number)


def _scripted(shares: Sequence[Share], script: str | None) -> Sequence[Share]:
    """The shares as they are, or as `script` says (a sum, or a difference with its sign), all of it in the first."""
    if script is None:
        return shares
    first, *others = shares
    differing = Decimal(script) if script[0] in "+-" else Decimal(script) - _sum(shares)
    return (replace(first, amount=first.amount + differing), *others)


def _sum(shares: Sequence[Share]) -> Decimal:
    return sum((share.amount for share in shares), Decimal(0))
