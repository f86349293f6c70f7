"""What the documents tell users to type is typed here, and must answer as the documents show."""

import re
from collections.abc import Iterator, Sequence

import pytest

from tests.docs.markdown import RUN, Block, Command, blocks, own_documents
from tests.docs.reader import APP, Place, Reader, Terminal, prepared, standing
from tests.docs.shape import bindings, differences, shape
from tests.harness.ports import reserved_ports
from tests.harness.session import Shared
from tests.rules.tree import shown

# A document of the same commands in another language says nothing new; test_documents.py compares the two.
DOCUMENTS = [path for path in own_documents() if path.name != "README.zh-CN.md"]
# What cannot be done in a test: starting the tests, an engine of containers, what listens there.
NOT_RUN = ("make test", "sh docker/secrets.sh", "docker compose ", "curl --cacert docker/secrets/tls.crt ")

ALL_PASSED = re.compile(r"=+ [1-9]\d* passed in [\d.]+s(?: \([\d:]+\))? =+")


def console(run: str) -> list[tuple[str, Block]]:
    return [(shown(path), block) for path in DOCUMENTS for block in blocks(path) if block.info == run]


def ended_well(lines: Sequence[str]) -> bool:
    """Whether this is how a run of the tests ends in which every test passed: nothing else stands in its last line."""
    said = [line for line in lines if line]
    return "[100%]" in "\n".join(said) and bool(ALL_PASSED.fullmatch(said[-1]))


def once(command: Command) -> bool:
    """Whether the command makes a run of its own."""
    return command.text.startswith("make run")


@pytest.fixture(scope="module")
def place(shared: Shared) -> Iterator[Place]:
    with reserved_ports() as ports, shared.folder("standing") as folder:
        yield Place.free(folder, ports)


def test_there_are_commands_to_be_run_in_the_readme_and_in_operations() -> None:
    assert {name for name, _ in console(RUN)} >= {"README.md", "docs/operations.md"}


def test_every_other_console_block_holds_only_what_a_test_cannot_do() -> None:
    left = [
        f"{name}:{block.line}: {command.text}"
        for name, block in console("console")
        for command in block.commands()
        if not command.text.startswith(NOT_RUN)
    ]
    assert left == []


def test_what_is_shown_of_the_tests_is_the_end_of_a_run_in_which_all_passed() -> None:
    shown_ends = [
        command.output
        for _, block in console("console")
        for command in block.commands()
        if command.text.startswith("make test") and command.output
    ]
    assert shown_ends != []
    assert [end for end in shown_ends if not ended_well(end)] == []


def test_an_end_of_a_run_with_a_failure_or_a_gap_would_be_found() -> None:
    assert ended_well((".. [100%]", "==== 2 passed in 0.10s ====", ""))
    for last in ("==== 1 failed, 1 passed in 0.10s ====", "==== 1 passed, 1 skipped in 0.10s ====", ".. [100%]"):
        assert not ended_well((".. [100%]", last))


def test_no_console_block_is_marked_otherwise() -> None:
    marks = {block.info for path in DOCUMENTS for block in blocks(path) if block.info.startswith("console")}
    assert marks == {"console", RUN}


def test_make_run_once_shows_what_the_readme_shows(shared: Shared) -> None:
    commands = [command for _, block in console(RUN) for command in block.commands() if once(command)]
    assert [command.text for command in commands] == ["make run ONCE=1"]
    with reserved_ports() as ports, shared.folder("once") as folder:
        terminal = Terminal(Place.free(folder, ports))
        try:
            assert Reader(terminal).follow(commands[0]) == []
        finally:
            terminal.close()


@pytest.mark.timeout(600)  # every command of the documents, one after the other
def test_every_other_command_answers_as_its_document_shows_while_make_run_stands(place: Place) -> None:
    with standing(place) as said, prepared(place) as commands:
        assert any(line.startswith("Try next") for line in said), "\n".join(said)
        terminal = Terminal(place, commands)
        try:
            assert list(read_through(Reader(terminal))) == []
        finally:
            terminal.close()


def read_through(reader: Reader) -> Iterator[str]:
    begun = set[str]()
    for name, block in console(RUN):
        for command in block.commands():
            if not once(command):
                # The first of each document starts as a user's does; what follows would only import the same again.
                found = reader.follow(command, afresh=name not in begun)
                begun |= {name} if APP in command.text else set()
                yield from (f"{name}:{block.line}: {command.text[:60]}: {each}" for each in found)


def test_a_line_that_is_not_printed_and_one_that_is_not_documented_are_both_found() -> None:
    assert differences(["a 1", "b"], ["a 2", "c"]) == ["documented, not printed: b", "printed, not documented: c"]
    assert differences(["02:52:44  the case", "x"], ["x", "11:00:01  the case"]) == []


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("    202 case_1m80jq68dfrhqnh6xsbv1gzg0 (accepted)", "# <case> (accepted)"),
        ("2026-11-22T03:06:46.664199+00:00  paid", "<instant> paid"),
        ("960.00 yuan for 2026-11 to 2026-11, due 2026-12-25", "# yuan for <month> to <month>, due <day>"),
        ("PARTY      RESULT", "PARTY RESULT"),
        ("DKj2wlh6e8sk9f6XbgKLzRUfLBJEXZaoWxOZm6CCebk  1  3", "<key> # #"),
        ("An operator (lin) did", "An operator (<name>) did"),
    ],
)
def test_what_differs_from_run_to_run_is_masked(line: str, masked: str) -> None:
    assert shape(line) == masked


def test_a_handle_of_the_document_stands_for_the_one_that_was_printed_in_its_place() -> None:
    documented, printed = f"leg_{'a' * 25}", f"leg_{'b' * 25}"
    assert bindings([f"x {documented}"], [f"x {printed}"]) == {documented: printed}
    assert bindings([f"x {documented}"], ["nothing"]) == {}


def test_a_command_may_go_over_several_lines() -> None:
    block = Block(RUN, "$ one <<END\n> two\n> END\nanswer\n$ three\n", 1)
    assert list(block.commands()) == [Command("one <<END\ntwo\nEND", ("answer",)), Command("three", ())]
