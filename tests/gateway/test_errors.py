"""The error catalogue: what everyone who is told "no" relies on, and that whoever raises it fills in its sentence."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from gateway.errors import KINDS, Fault, GatewayError, Kind, text_of
from tests.rules.tree import ROOT, project_files, shown

SIDES = {"caller", "gateway", "party", "law"}
EVERY = [pytest.param(kind, id=code) for code, kind in KINDS.items()]


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def words(text: str) -> str:
    """What a text says beside its parameters and punctuation."""
    plain = "".join(literal for literal, _, _, _ in Formatter().parse(text))
    return "".join(character for character in plain if character.isalpha())


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.mark.parametrize("kind", EVERY)
def test_an_entry_says_it_in_both_languages_with_the_same_parameters(kind: Kind) -> None:
    assert has_chinese(kind.zh) or not words(kind.zh)
    assert not has_chinese(kind.en)
    assert parameters(kind.en) == parameters(kind.zh)
    assert kind.en[-1] in ".}", "a sentence, or one that ends in the words of somebody else"


@pytest.mark.parametrize("kind", EVERY)
def test_an_entry_says_whose_side_it_is_and_the_status_agrees(kind: Kind) -> None:
    assert kind.side in SIDES
    assert 400 <= kind.status <= 599
    if kind.side == "law":
        assert kind.status < 500, "what the law does not allow is told to the caller"
    if kind.status == 503:
        assert kind.retry_safe


@pytest.mark.parametrize("kind", EVERY)
def test_what_can_never_succeed_is_not_offered_for_another_try(kind: Kind) -> None:
    if kind.retry_safe:
        assert kind.status in {409, 429, 500, 503, 504}


@pytest.mark.parametrize(("status", "fault"), [(400, "client"), (422, "client"), (499, "client"), (500, "server")])
def test_the_soap_fault_follows_the_status(status: int, fault: str) -> None:
    assert Kind("x", status, "caller", retry_safe=False, en="", zh="").soap == fault


def test_an_error_is_read_in_english_and_in_chinese() -> None:
    error = GatewayError("not_found", thing="case")
    assert str(error) == error.text("en") == "There is no such case."
    assert "case" in error.text("zh")
    assert has_chinese(error.text("zh"))
    assert error.text("fr") == error.text("en"), "whoever reads neither is told in English"


def test_the_party_is_known_to_the_text_and_to_the_code() -> None:
    error = GatewayError("deadline_passed", party="hunan")
    assert error.party == "hunan"
    assert "hunan" in str(error)


def test_a_parameter_that_was_not_given_shows_by_its_name_and_breaks_nothing() -> None:
    assert text_of("not_found", {}, "en") == "There is no such {thing}."


@pytest.mark.parametrize("value", ["{thing}", "{0}", "{", "%s", "{thing.__class__}"])
def test_what_a_caller_sent_is_shown_and_never_formatted(value: str) -> None:
    assert text_of("not_found", {"thing": value}, "en") == f"There is no such {value}."


def test_a_fault_carries_its_place_and_its_text() -> None:
    fault = Fault("/worker/id_number", "bad_check_digit")
    error = GatewayError("faults", faults=[fault], count="1")
    assert error.faults == (fault,)
    assert has_chinese(fault.text("zh"))
    assert "mistyped" in fault.text("en")


def test_an_unknown_code_is_a_defect_and_not_an_answer() -> None:
    with pytest.raises(KeyError):
        GatewayError("not_in_the_catalogue")


def _sources() -> Iterator[Path]:
    for path in project_files():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {"gateway", "adapters", "commands", "app.py"}:
            yield path


def missing(source: str) -> Iterator[tuple[int, str, set[str]]]:
    """Line, code and the parameters that a literal raise of an error leaves out. Where it passes `**more`: nothing."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "GatewayError"):
            continue
        given = {keyword.arg for keyword in node.keywords}
        code = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        if None in given or not isinstance(code, str) or code not in KINDS:
            continue
        if left := parameters(KINDS[code].en) - {name for name in given if name}:
            yield node.lineno, code, left


def test_whoever_raises_an_error_fills_in_its_whole_sentence() -> None:
    found = [
        f"{shown(path)}:{line}: {code} without {', '.join(sorted(names))}"
        for path in _sources()
        for line, code, names in missing(path.read_text("utf-8"))
    ]
    assert found == []


def test_a_sentence_that_is_not_filled_in_would_be_found() -> None:
    source = (
        'raise GatewayError("not_found")\nGatewayError("not_found", thing="x")\nGatewayError("not_found", **more)\n'
    )
    assert list(missing(source)) == [(1, "not_found", {"thing"})]
