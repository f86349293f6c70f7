from pathlib import Path

import pytest

from adapters.party import read_profile
from gateway.errors import GatewayError
from gateway.model.codes import Insurance
from gateway.ports import Support
from tests.adapters.gateway_province import MAPPINGS

SHIPPED = (MAPPINGS / "provinces" / "zhejiang" / "party.yaml").read_text(encoding="utf-8")

SENDS = SHIPPED[SHIPPED.index("sends:") :]


def wrong(folder: Path, old: str, new: str) -> GatewayError:
    assert old in SHIPPED
    path = folder / "party.yaml"
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(GatewayError) as caught:
        read_profile(path)
    assert caught.value.kind.code == "data_invalid"
    assert caught.value.params["file"] == str(path)
    return caught.value


def line_of(text: str) -> str:
    return str(SHIPPED[: SHIPPED.index(text)].count("\n") + 1)


def test_a_profile_says_how_each_message_is_carried() -> None:
    profile = read_profile(MAPPINGS / "provinces" / "hunan" / "party.yaml")
    assert profile.carried["EnrolWorker"] == Support(
        message="EnrolWorker",
        inquire="query",
        inquire_with="GetProgress,FindCover",
        proves_ours=("reference", "registered_by"),
        proves_somebody=("state",),
        settle_after=5,
        timeout=15,
    )
    assert profile.alternative("EnrolmentDecided") == "GetProgress"
    assert profile.alternative("EnrolWorker") == ""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("concurrency: 16", "concurrency: many", "int"),
        ("concurrency: 16", "concurrency: 0", ">= 1"),
        ("family: province", "family: bank", "bank"),
        ("credentials: username_token", "credentials: handshake", "handshake"),
        ("encoding: utf-8", "encoding: klingon", "klingon"),
        ("  - message: FindWorker", "  - message: FindCard", "FindCard"),
        ("    inquire_with: [GetProgress]", "    inquire_with: [FindLevy]", "FindLevy"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(tmp_path: Path, old: str, new: str, reason: str) -> None:
    error = wrong(tmp_path, old, new)
    assert reason in str(error)
    assert error.params["line"] == line_of(old)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("user: gateway", "user: gateway\nusr: gateway", "unknown field `usr`"),
        ("user: gateway", "user: gateway\nuser: other", "stands twice"),
        ("user: gateway\n", "", "user"),
        ("sends:", "unsupported:", "unknown field `known`"),
        ("  - message: FindWorker", "  - message: FindCover", "twice"),
        ("    inquire_with: [GetProgress]\n", "", "inquire_with"),
        ("    recognises_id: true\n    inquire: resend", "    inquire: resend", "recognises a repeated id"),
        (SENDS, "", "leave out EnrolmentDecided"),
        ("id: zhejiang", "id: [", "expected"),
    ],
)
def test_what_does_not_fit_together_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert reason in str(wrong(tmp_path, old, new))


def test_a_party_that_keeps_only_some_insurances_says_so_with_every_message() -> None:
    profile = read_profile(MAPPINGS / "provinces" / "hunan-resident" / "party.yaml")
    assert {support.keeps for support in profile.carried.values()} == {(Insurance.RESIDENT_PENSION,)}


def test_an_insurance_that_nobody_knows_is_not_kept(tmp_path: Path) -> None:
    assert "dental" in str(wrong(tmp_path, "user: gateway", "user: gateway\nkeeps: [dental]").params["reason"])
