"""Whoever reads a fault in Chinese reads all of it in Chinese."""

import re
from collections.abc import Iterator

import pytest

from gateway.mapping.statement_reader import Terms, check_statement
from gateway.model.statement import StatementFault
from gateway.model.statement_words import in_words
from tests.gateway.mapping.statements import KEY, LAYOUTS, TODAY, layout, row, written

_ENGLISH = re.compile(r"[a-z]+ (?:[a-z]+ )?[a-z]+")
_NAMES = re.compile(r"resident_\w+|occupational_injury|<\?xml.*?\?>|解析器：[a-z ]+）")
"""What is no sentence: codes, what has to stand in the file, the kind of error that the parser has a word for."""


def wrong(body: bytes) -> Iterator[bytes]:
    """Files with something wrong in each part of them."""
    lines = body.split(b"\n")
    yield b""
    yield b"\xef\xbb\xbf" + body
    yield b"PK\x03\x04" + body
    yield body[: len(body) // 2]
    yield body + b"x\n"
    for number in range(len(lines) - 1):
        yield b"\n".join([*lines[:number], *lines[number + 1 :]])
        yield b"\n".join([*lines[:number], lines[number], *lines[number:]])
        yield b"\n".join([*lines[:number], b"", *lines[number:]])
        yield b"\n".join([*lines[:number], lines[number] * 40, *lines[number + 1 :]])
    for old, new in ((b"960.0", b"-00.0"), (b"202601", b"202613"), (b"pension", b"pensoin"), (b"0|", b"0||")):
        yield body.replace(old, new)
    for at in range(0, len(body), 7):
        yield body[:at] + b"\xff" + body[at + 1 :]
        yield body[:at] + b"Q" + body[at + 1 :]


@pytest.mark.parametrize("party", LAYOUTS)
def test_no_part_of_a_fault_is_left_in_english(party: str) -> None:
    said = {
        fault.text("zh")
        for body in wrong(written([row(1), row(2)], layout(party)))
        for fault in check_statement([body], layout(party), Terms(TODAY, KEY)).faults
    }
    assert len(said) > 20
    assert [text for text in sorted(said) if _ENGLISH.search(_NAMES.sub("", text))] == []


def test_what_differs_from_one_fault_to_the_next_stays_as_it_is() -> None:
    assert in_words("at most 4096 bytes", "zh") == "不超过 4096 字节"
    assert in_words('"9,999.9"', "zh") == '"9,999.9"'
    assert in_words("that of line 2", "en") == "that of line 2"
    fault = StatementFault(2, 107, "statement_value", "no amount below 0.00", "one below", "amount")
    assert fault.text("zh") == "第 2 行，字节 107，amount：应为 不小于 0.00 的金额，实为 小于零。"
