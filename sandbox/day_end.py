"""The day-end files of whoever keeps a book about a bureau's money, as docs/protocols/statements.md publishes them.

Every file is written from what the bureau holds: what it collected on a day, and which levies it took in. What a party
is scripted to leave out or to state otherwise is left out of its own file, or stated otherwise in it. What the treasury
paid back a bureau states where it is scripted to: some do, and others do not.
"""

import csv
import io
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from sandbox.bureau import Bureau
from sandbox.codes import INSURANCE_OF
from sandbox.levies import PAID, Levy
from sandbox.receipts import TAX_ITEM
from sandbox.refunding import Refund

Row = dict[str, str]
Lines = tuple[Row, Sequence[Row], Row]

# Column, width in bytes where it is fixed, attribute of an element.
HEAD = (
    *(("version", 1, "BBH"), ("party", 32, "FSF"), ("day", 8, "ChkDate")),
    *(("part", 3, "CurPackNo"), ("parts", 3, "ChildPackNum"), ("sequence", 3, "PackNo")),
)
ROW = (
    *(("number", 9, "XH"), ("voucher_number", 32, "DZSPHM"), ("item", 20, "ZSPM_DM"), ("month", 6, "AAE003")),
    *(("sequence", 4, "MXXH"), ("insurance", 24, "XZLX_DM"), ("agency", 6, "SBJBJG_DM")),
    *(("accounting_month", 6, "AAE002"), ("collected_on", 8, "KKRQ"), ("treasury_on", 8, "RKRQ")),
    *(("amount", 18, "SJJE"), ("late_fee", 18, "ZNJ"), ("interest", 18, "LX"), ("adjustment", 1, "TZQBZ")),
    *(("trace_number", 20, "TraNo"), ("summary_number", 20, "HZTraNo"), ("reverses", 20, "OriTraNo")),
    *(("levy_number", 32, "SB_YZ_XH"), ("notice_number", 32, "AAZ288"), ("tax_person_number", 32, "GRBH_SW")),
    *(
        ("person_number", 32, "GRBH"),
        ("tax_unit_number", 32, "DWBH_SW"),
        ("unit_number", 32, "DWBH"),
        ("name", 200, "XM"),
    ),
)
FOOT = (("count", 9, "AllNum"), ("total", 18, "AllAmt"))
DAYS = ("day", "collected_on", "treasury_on")
KINDS = ("head", "row", "foot")
Columns = Sequence[tuple[str, int, str]]


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps a book: form of its files, how they are signed, whether it is about levies, its codes of insurances."""

    party: str
    form: str
    signed: str = "trailer"
    of_levies: bool = False
    codes: str = "words"


KEEPERS: Mapping[str, Sequence[Keeper]] = {
    "tax-hunan": (
        Keeper("tax-hunan", "separated"),
        Keeper("fiscal-hunan", "fixed", codes="items"),
        Keeper("agency-hunan", "csv"),
        Keeper("record-hunan", "xml", codes="national"),
        Keeper("assessor-hunan", "separated", of_levies=True, codes="items"),
        Keeper("intake-hunan", "separated", signed="line", of_levies=True),
    ),
    "tax-guangdong": (Keeper("tax-guangdong", "csv"),),
}
_SUFFIX = {"separated": "txt", "fixed": "dat", "csv": "csv", "xml": "xml"}


def deliver(
    bureau: Bureau, day: str, folder: Path, asked: Mapping[str, Any], refunds: Sequence[Refund] = ()
) -> list[str]:
    """Leave every file of a day in the drop folder of its party; their names. `refunds`: of the bureau, all of them.

    `leave_out`: by party, vouchers that it does not state; `amounts`: by party, voucher and what it states instead;
    `refunds`: parties that state what was paid back; `secret`: by which the files are signed.
    """
    found = []
    for keeper in KEEPERS[bureau.party]:
        rows = levied(bureau, day) if keeper.of_levies else collected(bureau, day)
        if keeper.party in asked.get("refunds", ()):
            rows += paid_back(bureau, day, refunds)
        without, changed = asked.get("leave_out", {}), asked.get("amounts", {})
        left = [row for row in rows if row["voucher_number"] not in without.get(keeper.party, ())]
        others = changed.get(keeper.party, {})
        stated = [row | {"amount": others.get(row["voucher_number"], row["amount"])} for row in left]
        place = folder / keeper.party
        place.mkdir(parents=True, exist_ok=True)
        name = f"{day.replace('-', '')}-01.{_SUFFIX[keeper.form]}"
        (place / f"{name}.part").write_bytes(file_of(keeper, day, stated, str(asked.get("secret", ""))))
        (place / f"{name}.part").rename(place / name)
        found.append(f"{keeper.party}/{name}")
    return found


def collected(bureau: Bureau, day: str) -> list[Row]:
    """What a bureau collected on a day, a row a payment."""
    return [
        _row(levy, levy.voucher, levy.paid_on) for levy in _levies(bureau) if (levy.state, levy.paid_on) == (PAID, day)
    ]


def paid_back(bureau: Bureau, day: str, refunds: Sequence[Refund]) -> list[Row]:
    """What the treasury paid back on a day: a row of the voucher that takes money back, naming the payment's number."""
    levies = {levy.voucher: levy for levy in _levies(bureau)}
    return [
        _row(levy, levy.voucher, day)
        | {"sequence": "2", "amount": f"-{_yuan(refund.fields['TFJE'])}", "reverses": levy.voucher[-8:]}
        | {"trace_number": refund.number[-8:]}
        for refund in refunds
        if refund.paid_on == day and (levy := levies.get(str(refund.fields["DZSPHM"])))
    ]


def levied(bureau: Bureau, day: str) -> list[Row]:
    """The levies that it took in on a day; their numbers stand as vouchers, what is owed as amount."""
    found = [levy for levy in _levies(bureau) if levy.declared_on == day]
    return [_row(levy, str(levy.number), day) | {"amount": _yuan(levy.fields["YJJE"])} for levy in found]


def posted(rows: Sequence[Row], day: str) -> list[Row]:
    """Rows as the treasury tells them in its check messages, posted or paid back on the same day (wire facts, 3.4)."""
    stamp = day.replace("-", "")
    return [
        {
            "OriMsgNo": "1001",
            "OriSendOrgCode": "24301000000",
            "OriEntrustDate": stamp,
            "OriTraNo": row["trace_number"],
            "OriTaxVouNo": row["voucher_number"],
            "TraAmt": row["amount"],
            "TaxDate": stamp,
            "OpStat": "1",
            "BudgetSubjectCode": row["item"],
            "TaxTypeName": row["item"],
            "TaxMonth": row["month"],
            "DetailNum": row["sequence"],
            "BillOrg": row["agency"],
            "TrimSign": "0",
            "TaxPayCode": row["tax_person_number"],
            "TaxPayName": row["name"],
            **({"RevTraNo": row["reverses"]} if "reverses" in row else {}),
        }
        for row in rows
    ]


def file_of(keeper: Keeper, day: str, rows: Sequence[Row], secret: str = "") -> bytes:
    """A file as its party writes it, signed with `secret`, else with PARTY_<ID>_STATEMENT_SECRET."""
    head = {"version": "1", "party": keeper.party, "day": day, "part": "1", "parts": "1", "sequence": "1"}
    numbered = [_coded(row, keeper) | {"number": str(number)} for number, row in enumerate(rows, 1)]
    foot = {"count": str(len(rows)), "total": _yuan(sum((Decimal(row["amount"]) for row in rows), Decimal(0)))}
    lines = _FORMS[keeper.form]((head, numbered, foot))
    setting = f"PARTY_{keeper.party.upper().replace('-', '_')}_STATEMENT_SECRET"
    key = (secret or os.environ.get(setting, "")).encode()
    return _by_line(lines, key) if keeper.signed == "line" else _by_trailer(lines, key, keeper.form)


def _levies(bureau: Bureau) -> list[Levy]:
    return [bureau.levies[number] for number in sorted(bureau.levies)]


def _row(levy: Levy, voucher: str, day: str) -> Row:
    fields = levy.fields
    insurance = INSURANCE_OF[fields["XZLX_DM"]]
    said = {"voucher_number": voucher, "item": TAX_ITEM[insurance], "month": fields["SFSSQ_QSRQ"][:7].replace("-", "")}
    said |= {"sequence": "1", "insurance": insurance, "agency": str(fields["SBJBJG_DM"])}
    said |= {"accounting_month": day[:7].replace("-", ""), "collected_on": day, "amount": _yuan(levy.collected)}
    said |= {"late_fee": "0.00", "interest": "0.00", "adjustment": "0", "trace_number": voucher[-8:]}
    said |= {"levy_number": str(levy.number), "tax_person_number": levy.tax_person_number, "name": str(fields["XM"])}
    return said


def _coded(row: Row, keeper: Keeper) -> Row:
    national = {word: code for code, word in INSURANCE_OF.items()}
    codes = {"items": TAX_ITEM, "national": national}.get(keeper.codes, {})
    return row | {"insurance": codes.get(row["insurance"], row["insurance"])}


def _yuan(amount: Any) -> str:
    return f"{Decimal(str(amount)):.2f}"


def _values(row: Row, columns: Columns, *, iso: bool = False) -> list[str]:
    return [_day(row.get(name, ""), name, iso=iso) for name, _, _ in columns]


def _day(text: str, name: str, *, iso: bool) -> str:
    return text if iso or name not in DAYS else text.replace("-", "")


def _all(lines: Lines) -> list[tuple[str, str, Row, Columns]]:
    head, rows, foot = lines
    return [("H", "head", head, HEAD), *(("D", "row", row, ROW) for row in rows), ("T", "foot", foot, FOOT)]


def _separated(lines: Lines) -> list[bytes]:
    return ["|".join([mark, *_values(row, of)]).encode("gb18030") for mark, _, row, of in _all(lines)]


def _fixed(lines: Lines) -> list[bytes]:
    found = []
    for mark, _, row, of in _all(lines):
        widths = [width for _, width, _ in of]
        cells = [text.encode("gb18030").ljust(width) for text, width in zip(_values(row, of), widths, strict=True)]
        found.append(b"".join([mark.encode(), *cells]))
    return found


def _csv(lines: Lines) -> list[bytes]:
    found = []
    for mark, _, row, of in _all(lines):
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow([mark, *_values(row, of, iso=True)])
        found.append(text.getvalue().encode())
    return found


def _xml(lines: Lines) -> list[bytes]:
    found = [b'<?xml version="1.0" encoding="UTF-8"?>', b"<statement>"]
    for _, name, row, of in _all(lines):
        cells = zip(of, _values(row, of), strict=True)
        told = "".join(f" {attribute}={quoteattr(text)}" for (_, _, attribute), text in cells if text)
        found.append(f"<{name}{told}/>".encode())
    return [*found, b"</statement>"]


_FORMS: Mapping[str, Callable[[Lines], list[bytes]]] = {
    "separated": _separated,
    "fixed": _fixed,
    "csv": _csv,
    "xml": _xml,
}


def _by_trailer(lines: Sequence[bytes], key: bytes, form: str) -> bytes:
    """All lines, and the signature over them before whatever ends the document."""
    body, end = (lines[:-1], lines[-1:]) if form == "xml" else (lines, [])
    running = HMAC(key, SM3())
    running.update(b"".join(line + b"\n" for line in body))
    trailer = f"<CA>{running.finalize().hex()}</CA>".encode()
    return b"".join(line + b"\n" for line in (*body, trailer, *end))


def _by_line(lines: Sequence[bytes], key: bytes) -> bytes:
    """Each line with its signature, which covers that of the line before."""
    before, found = b"", []
    for line in lines:
        running = HMAC(key, SM3())
        running.update(before + line + b"|")
        before = running.finalize()
        found.append(line + b"|" + f"<CA>{before.hex()}</CA>".encode() + b"\n")
    return b"".join(found)
