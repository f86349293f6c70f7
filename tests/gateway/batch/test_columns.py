"""What a run leaves behind: typed rows and errors with line and byte, in bounds, or nothing at all."""

from pathlib import Path

import duckdb
import pytest

from gateway.batch.columns import Progress, read_columns
from gateway.batch.engine import EngineError, Limits
from gateway.errors import GatewayError
from gateway.model.column_plan import CodeTable, ColumnPlan, Value

STATES = CodeTable(exact=((("1",), "paid"),), has_unlisted=True, unlisted="unknown")
PLAN = ColumnPlan(
    party="test",
    message="Receipts",
    encoding="gb18030",
    columns=("name", "amount", "state"),
    separator="|",
    widths=(),
    steps=(
        Value("name", ("name",), "name", "name", least=1, most=20, required=True, personal=True),
        Value("amount", ("amount",), "amount", "yuan"),
        Value("state", ("state",), "state", "code", codes="states"),
    ),
    codes={"states": STATES},
    folds=(("\ue863", "䶮"),),
)
SMALL = Limits(memory=1 << 28, threads=1)


def written(folder: Path, content: bytes) -> Path:
    file = folder / "file.txt"
    file.write_bytes(content)
    return file


def table(path: Path) -> list[tuple[object, ...]]:
    with duckdb.connect() as reading:
        return reading.read_parquet(str(path)).order("line").fetchall()


def test_a_character_whose_second_byte_is_the_separator_is_one_character(tmp_path: Path) -> None:
    source = written(tmp_path, "周億|4,5|1\n億|12.3|1\n\ue863|1|1\n".encode("gb18030"))
    assert b"\x83|" in source.read_bytes()
    outcome = read_columns(PLAN, source, tmp_path / "out", limits=SMALL)
    assert table(outcome.path / "rows" / "*.parquet") == [(2, "億", 1230, "paid"), (3, "䶮", 100, "paid")]
    assert table(outcome.path / "errors.parquet") == [(1, 0, "amount", "unreadable", "it does not have the form")]


def test_errors_name_line_and_byte_and_never_a_value(tmp_path: Path) -> None:
    lines = ["周远航|1.00|1\r\n", "陈|secret|1\n", "李|2|9\n", "王|1|1|1\n"]
    source = written(tmp_path, "".join(lines).encode("gb18030") + b"\xff|1|1")
    outcome = read_columns(PLAN, source, tmp_path / "out", limits=SMALL)
    starts = [len("".join(lines[:count]).encode("gb18030")) for count in range(5)]
    found = table(outcome.path / "errors.parquet")
    assert [row[:4] for row in found] == [
        (2, starts[1], "amount", "unreadable"),
        (4, starts[3], "", "unreadable"),
        (5, starts[4], "", "unreadable"),
    ]
    assert "secret" not in str(found)
    assert table(outcome.path / "notes.parquet") == [(3, "state")]
    assert (outcome.lines, outcome.rows, outcome.errors, outcome.notes) == (5, 2, 3, 1)
    assert sorted(path.name for path in outcome.path.iterdir()) == ["errors.parquet", "notes.parquet", "rows"]


def test_a_file_in_many_parts_reads_as_in_one(tmp_path: Path) -> None:
    lines = [f"周{number}|{number}.5|1" if number % 7 else f"周{number}|x|1" for number in range(2000)]
    source = written(tmp_path, "\n".join(lines).encode("gb18030"))
    one = read_columns(PLAN, source, tmp_path / "one", limits=SMALL)
    many = read_columns(PLAN, source, tmp_path / "many", limits=SMALL, line_limit=100, part_bytes=4000)
    assert len(list((many.path / "rows").iterdir())) > 3
    for part in ("rows/*.parquet", "errors.parquet"):
        assert table(one.path / part) == table(many.path / part)


@pytest.mark.parametrize("before", [b"", b"\xe5|1|1\n" * 300])
def test_a_line_without_an_end_is_refused_naming_line_and_byte_and_is_never_held_whole(
    tmp_path: Path, before: bytes
) -> None:
    source = written(tmp_path, before)
    with source.open("r+b") as file:
        file.truncate(len(before) + (1 << 33))  # eight gigabytes, of which the disk holds none
    with pytest.raises(GatewayError) as raised:
        read_columns(PLAN, source, tmp_path / "out", limits=SMALL, part_bytes=1 << 16)
    line, byte = before.count(b"\n") + 1, len(before)
    assert f"line {line}, which begins at byte {byte}, is longer than 65536 bytes" in raised.value.text("en")
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


@pytest.mark.parametrize(("mark", "said"), [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16")])
def test_a_byte_order_mark_of_another_encoding_is_refused_and_the_right_one_taken_off(
    tmp_path: Path, mark: bytes, said: str
) -> None:
    source = written(tmp_path, mark + b"a|1|1\n")
    with pytest.raises(GatewayError, match=said):
        read_columns(PLAN, source, tmp_path / "out", limits=SMALL)
    source = written(tmp_path, "\ufeffa|x|1\n".encode("gb18030"))
    outcome = read_columns(PLAN, source, tmp_path / "out", limits=SMALL)
    assert table(outcome.path / "errors.parquet")[0][:3] == (1, 4, "amount")


def test_an_interrupted_run_leaves_nothing_and_neither_does_one_that_was_killed(tmp_path: Path) -> None:
    source = written(tmp_path, b"a|1|1\n" * 3000)
    killed = tmp_path / ".out.2147483647.partial"  # no system counts its processes so far
    (killed / "rows").mkdir(parents=True)
    seen: list[Progress] = []

    def stop(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_columns(PLAN, source, tmp_path / "out", limits=SMALL, progress=stop, line_limit=100, part_bytes=6000)
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]
    assert seen == [Progress(6000, 18000, 1000, 0), Progress(12000, 18000, 2000, 0)]


def test_what_was_read_is_not_read_over(tmp_path: Path) -> None:
    source = written(tmp_path, b"")
    outcome = read_columns(PLAN, source, tmp_path / "out", limits=SMALL)
    assert (outcome.lines, table(outcome.path / "rows" / "*.parquet")) == (0, [])
    with pytest.raises(FileExistsError):
        read_columns(PLAN, source, tmp_path / "out", limits=SMALL)


def test_what_was_read_can_be_opened_by_its_owner_only(tmp_path: Path) -> None:
    outcome = read_columns(PLAN, written(tmp_path, b"a|1|1\n"), tmp_path / "out", limits=SMALL)
    assert outcome.path.stat().st_mode & 0o077 == 0


def test_an_engine_without_room_stops_without_telling_values_and_leaves_nothing(tmp_path: Path) -> None:
    source = written(tmp_path, "周远航|1|1\n".encode("gb18030") * 50_000)
    with pytest.raises(EngineError) as raised:
        read_columns(PLAN, source, tmp_path / "out", limits=Limits(memory=1 << 20, threads=1))
    assert "周远航" not in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]
