"""A dialect that nobody speaks: files of rows with every kind of value and every layout that a column plan has."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from gateway.mapping.dialect_loader import load
from gateway.mapping.dialect_tables import Tables
from tests.mappings.folders import DIALECTS

_ENROLMENT = {
    "art": {},
    "ref": {"here": "reference"},
    "zjlx": {"here": "person.id_type", "codes": "id_type"},
    "zjhm": {"here": "person.id_number", "as": "id_number"},
    "zjhm2": {"here": "person.id_number", "as": "id_number", "again": True},
    "xm": {"here": "person.name", "as": "name"},
    "sj": {"here": "mobile"},
    "xz": {"here": "insurance", "codes": "insurance"},
    "cbd": {"here": "choice", "codes": "choice"},
    "jg": {"here": "agency"},
    "gzd": {"here": "workplace_region"},
    "hjd": {"here": "registered_region"},
    "qs": {"here": "start"},
    "dc": {"here": "grade"},
    "zq": {"here": "cycle", "codes": "cycle"},
    "js": {"here": "base"},
    "sqbh": {"here": "consent.reference"},
    "sqsj": {"here": "consent.given_at"},
    "bz": {"here": "supplements"},
    "clsm": {"here": "material"},
}
_COVER = {
    "ref": {"here": "reference"},
    "zjhm": {"here": "person.id_number", "as": "id_number"},
    "xm": {"here": "person.name", "as": "name"},
    "grbh": {"here": "person_number", "as": "digits"},
    "xz": {"here": "insurance", "codes": "insurance_or_none"},
    "qs": {"here": "first", "as": "first_day"},
    "zz": {"here": "last", "as": "last_day"},
    "je": {"here": "amount", "as": "yuan_number"},
    "rq": {"here": "paid_on", "as": "date_iso"},
    "pzh": {"here": "voucher_number"},
}
_PROGRESS = {
    "ref": {"here": "reference"},
    "slbh": {"here": "acceptance_number"},
    "yt": {"here": "warrant.purpose", "codes": "purpose"},
    "sq": {"here": "warrant.consent"},
}
_PAID = {
    "pzh": {"here": "voucher_number"},
    "je": {"here": "amount"},
    "xz": {"here": "insurance", "codes": "insurance"},
    "qs": {"here": "first"},
    "zz": {"here": "last"},
    "jsq": {"here": "accounting_month"},
    "kkrq": {"here": "collected_on", "as": "date14"},
    "jfzt": {"ignored": "a remark of theirs"},
}
_FILES: dict[str, tuple[str, dict[str, Any], Any]] = {  # name -> record, lines, layout
    "enrolments": ("EnrolWorker", _ENROLMENT, "|"),
    "enrolments-of-a-day": (
        "EnrolWorker",
        _ENROLMENT | {"sqsj": {"here": "consent.given_at", "as": "stamp_date8"}},
        ",",
    ),
    "covers": ("StartCover", _COVER, ","),
    "progress": ("GetProgress", _PROGRESS, {"ref": 6, "slbh": 4, "yt": 2, "sq": 5}),
    "paid": ("Receipt", _PAID, {"pzh": 6, "je": 12, "xz": 3, "qs": 6, "zz": 6, "jsq": 6, "kkrq": 14, "jfzt": 9}),
    "one-column": ("GetProgress", {"ref": {"here": "reference"}}, "|"),
}
_CONSTANTS = {"art": "EN"}
_INSURANCE_OR_NONE = {
    "kind": "Insurance",
    "codes": [
        {"there": "110", "here": "pension", "ours": "a test"},
        {"there": ["2*0"], "here": "unemployment", "ours": "a test"},
        {"there": "0", "here": None, "ours": "a test"},
        {"there": [["31", "32"]], "here": "medical", "ours": "a test", "write": False},
    ],
}


def invented() -> Tables:
    """Its tables: those of D3, the layout of whose files is another, and the files above."""
    with TemporaryDirectory() as folder:
        here = Path(folder) / "prm" / "1.0"
        shutil.copytree(DIALECTS / "prm" / "1.0", here)
        dialect = yaml.safe_load((here / "dialect.yaml").read_text())
        files = dialect["options"]["files"]
        files["21"]["separator"] = "|"
        files["H29d"] = {"widths": {column: 6 + index % 5 for index, column in enumerate(files["H29d"]["columns"])}}
        for name, (record, lines, layout) in _FILES.items():
            files[name] = (
                {"widths": layout} if isinstance(layout, dict) else {"columns": list(lines), "separator": layout}
            )
            (here / "messages" / f"{name}.yaml").write_text(yaml.safe_dump(_table(name, record, lines)))
        (here / "dialect.yaml").write_text(yaml.safe_dump(dialect, allow_unicode=True))
        codes = yaml.safe_load((here / "codes.yaml").read_text()) | {"insurance_or_none": _INSURANCE_OR_NONE}
        (here / "codes.yaml").write_text(yaml.safe_dump(codes, allow_unicode=True))
        return load(here).tables


def _table(name: str, record: str, lines: dict[str, dict[str, object]]) -> dict[str, object]:
    said = [{"there": there, "ours": "a test", **line} for there, line in lines.items() if line]
    if record == "StartCover":
        said.append({"here": "person.id_type", "const": "resident_id"})
    reply = {
        "tells": {"return.jybh": name},
        "closed": True,
        "record": record,
        "when": {column: value for column, value in _CONSTANTS.items() if column in lines},
        "rows": {"there": "file.row", "take": "all"},
        "lines": said,
    }
    return {
        "question": f"File {name}",
        "status": "ours",
        "fact": "a file of the tests",
        "request": {"tells": {"call.jybh": name}},
        "reply": reply,
    }
