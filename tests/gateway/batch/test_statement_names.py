"""Names in statements that are read in bulk: whatever bytes they have, but none written in another encoding."""

from tests.gateway.batch.bulk import UNSIGNED, bulk, receipts
from tests.gateway.mapping.statements import layout, read, row, written


def test_a_name_with_bytes_of_separators_is_read_and_so_is_one_of_rare_characters() -> None:
    names = ["億", "億億億", "张億", "𬱖䶮㛃", "湘·骑", "A B'\"", "億𬱖億", "邵逸夫", "\ue5e5", "歐陽億"]
    rows = [row(number, name=name) for number, name in enumerate(names, start=1)]
    assert bulk(written(rows, UNSIGNED))[1] == receipts(rows)
    plain = [row(number, name="张三") for number in range(1, 4)]
    assert bulk(written(plain, UNSIGNED))[1] == receipts(plain)


def test_every_character_of_two_bytes_may_stand_in_a_name() -> None:
    pairs = [
        bytes([first, second]) for first in range(0x81, 0xFF) for second in (*range(0x40, 0x7F), *range(0x80, 0xFF))
    ]
    names = [b"".join(pairs[start : start + 40]).decode("gb18030") for start in range(0, len(pairs), 40)]
    rows = [row(number, name=name) for number, name in enumerate(names, start=1)]
    assert bulk(written(rows, UNSIGNED))[1] == receipts(rows)


def test_a_name_that_was_written_in_utf_8_is_none() -> None:
    before, name, after = written([row(1), row(2)], UNSIGNED).partition("湘小骑".encode("gb18030"))
    assert bulk(before + name + after)[0] is not None
    for other in ("张三", "涓垮", "éü张三", "张"):
        body = before + other.encode() + after
        assert not read(body, UNSIGNED)[0].ok
        assert bulk(body)[0] is None


def test_a_name_that_ends_a_line_for_who_reads_it_is_none() -> None:
    for of in (UNSIGNED, layout("tax-guangdong", "none")):
        body = written([row(1), row(2)], of)
        name = row(1).name.encode(of.encoding)
        assert bulk(body, of)[0] is not None
        for sign in "\t\x0b\x85\u2028\u2029":
            wrong = body.replace(name, f"湘{sign}骑".encode(of.encoding), 1)
            assert not read(wrong, of)[0].ok
            assert bulk(wrong, of)[0] is None
