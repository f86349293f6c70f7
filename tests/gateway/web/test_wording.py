"""What stands in the sentences of errors is in the caller's language, too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import Fault, GatewayError
from gateway.web.wording import localised, worded

ROOT = Path(__file__).parents[3]
CHINESE = re.compile(r"[\u3400-\u9fff]")
# What these say is told at the command line and in the log only.
OPERATORS = {"difference_files", "operate", "statement_pull"}
# Who writes reasons that callers of REST and SOAP are told.
WRITERS = [
    *sorted((ROOT / "gateway" / "web").rglob("*.py")),
    *(path for path in sorted((ROOT / "gateway" / "services").glob("*.py")) if path.stem not in OPERATORS),
    *(ROOT / "gateway" / "security" / f"{name}.py" for name in ("assertions", "charset", "tokens", "wsse", "xml")),
    *(
        ROOT / "gateway" / "mapping" / f"{name}.py"
        for name in ("canonical_json", "contract_dialect", "envelopes", "soap")
    ),
    *(
        ROOT / "gateway" / "mapping" / f"syntax_{name}.py"
        for name in ("attribute_soap", "hosdata", "one_string", "prm")
    ),
]
REFUSING = {"_refuse", "_refused", "_invalid", "bad", "unreadable"}


def plain(node: ast.expr) -> Iterator[str]:
    """The sentences that an expression may come to, with a word for each thing that is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from (*plain(node.body), *plain(node.orelse))


def reasons(path: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        if call.func.id in REFUSING and call.args:
            yield from plain(call.args[1] if call.func.id == "bad" and len(call.args) > 1 else call.args[0])
        if call.func.id == "GatewayError" and isinstance(call.args[0], ast.Constant):
            kind = call.args[0].value
            words = [each.value for each in call.keywords if each.arg in {"reason", "thing"}]
            yield from (
                said for word in words for said in plain(word) if kind not in {"data_invalid", "setting_invalid"}
            )


SAID = sorted({said for path in WRITERS for said in reasons(path)} - {"x: x"})


@pytest.mark.parametrize("said", SAID)
def test_every_reason_has_its_chinese(said: str) -> None:
    assert CHINESE.search(worded(said, "zh")), said
    assert worded(said, "en") == said


def test_the_reasons_are_found_where_they_are_written() -> None:
    assert {"the body is empty", "resource", "it stands more than once", "the assertion has expired"} <= set(SAID)


def test_what_a_caller_sent_is_never_reworded() -> None:
    sent = GatewayError(
        "faults", faults=[Fault("/choice", "unknown_code", {"found": "string", "allowed": "case"})], count="1"
    )
    assert localised(sent, "zh").faults[0].params == {"found": "string", "allowed": "case"}
    wrong = GatewayError(
        "faults", faults=[Fault("/choice", "wrong_type", {"expected": "string", "found": "null"})], count="1"
    )
    assert localised(wrong, "zh").faults[0].text("zh") == "应为 字符串，实为 空值 null。"


@pytest.mark.parametrize(("language", "reason"), [("zh", "未满 16 周岁。"), ("en", "younger than 16.")])
def test_a_reason_of_the_law_is_said_in_one_language(language: str, reason: str) -> None:
    both = "未满 16 周岁。 / younger than 16."
    faults = [Fault("/insurance/0", "not_eligible", {"insurance": "pension", "reason": both})]
    said = localised(GatewayError("not_eligible", faults=faults, insurance="pension", reason=both), language)
    assert said.params["reason"] == said.faults[0].params["reason"] == reason


def test_whatever_else_an_error_says_stays() -> None:
    told = localised(GatewayError("unavailable", reason="the database is busy", retry_after=3, party="hunan"), "zh")
    assert (told.kind.code, told.retry_after, told.party) == ("unavailable", 3, "hunan")
    assert told.params == {"reason": "数据库繁忙", "party": "hunan"}
