"""Samples beside a party's `statement.yaml` are read as its files are; a party that only sends files needs no other."""

import shutil
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.mapping.statement_layout import layouts
from gateway.mapping.statement_samples import check_samples, samples_of
from gateway.model.reconciliation import Book
from tests.rules.tree import ROOT

FISCAL = Path("accounts") / "hunan-fiscal"


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    """The fiscal account alone."""
    shutil.copytree(ROOT / "mappings" / FISCAL, tmp_path / FISCAL)
    shutil.copytree(ROOT / "mappings" / "statements", tmp_path / "statements")
    return tmp_path


def edited(mappings: Path, old: str, new: str) -> None:
    path = mappings / FISCAL / "statement.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_side_of_hunan_s_money_is_shipped_with_a_sample_that_is_read() -> None:
    shipped = layouts(ROOT / "mappings")
    sides = {each.side for each in shipped.values() if each.of == "tax-hunan"}
    assert sides == set(Book)
    sampled = {each.side for each in shipped.values() if each.of == "tax-hunan" and samples_of(each.folder)}
    assert sampled == set(Book) - {Book.RECEIPT, Book.TREASURY}  # whose examples are in docs/examples/statements
    lines, faults = check_samples(shipped)
    assert faults == []
    assert "statements of fiscal-hunan: side transfer of tax-hunan, fixed, signed trailer, 1 samples" in lines


def test_a_sample_that_is_not_read_is_named_with_line_and_byte(mappings: Path) -> None:
    (sample,) = samples_of(mappings / FISCAL)
    sample.write_bytes(sample.read_bytes().replace(b"900.01", b"900,01"))
    _, faults = check_samples(layouts(mappings))
    assert str(sample) in faults[0]
    assert "900,01" not in faults[0]
    assert len(faults) == 2  # the value, and the signature


def test_a_sample_of_another_day_or_party_is_found(mappings: Path) -> None:
    (sample,) = samples_of(mappings / FISCAL)
    sample.rename(sample.with_name("20261117-01.dat"))
    assert "2026-11-16, not of fiscal-hunan and 2026-11-17" in check_samples(layouts(mappings))[1][0]
    edited(mappings, "id: fiscal-hunan", "id: fiscal-other")
    assert check_samples(layouts(mappings))[1] != []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("id: fiscal-hunan\n", "", "an id stands in party.yaml where there is one"),
        ("of: tax-hunan\n", 'of: tax-hunan\nregions: ["43x"]\n', "leading digits of regions"),
        ("of: tax-hunan\n", "of: tax-hunan\nasked: {days: 0}\n", "days from 1"),
    ],
)
def test_a_wrong_line_is_named_with_its_file(mappings: Path, old: str, new: str, reason: str) -> None:
    edited(mappings, old, new)
    with pytest.raises(GatewayError) as told:
        layouts(mappings)
    assert told.value.kind.code == "data_invalid"
    assert reason in told.value.text("en")


def test_an_id_beside_a_party_yaml_is_refused(mappings: Path) -> None:
    (mappings / FISCAL / "party.yaml").write_text("id: other\n", encoding="utf-8")
    with pytest.raises(GatewayError):
        layouts(mappings)
