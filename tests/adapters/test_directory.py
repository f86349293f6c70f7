import logging
import shutil
from pathlib import Path

import pytest

from adapters import provinces
from adapters.directory import load
from adapters.party import read_profile
from gateway.errors import GatewayError
from gateway.mapping.contract_dialect import gateway_dialects
from gateway.mapping.dialect_loader import dialects
from gateway.model.codes import Decision
from gateway.model.messages import carried_by
from gateway.model.province import EnrolmentDecided
from gateway.ports import OutcomeKind, Party
from tests.adapters.gateway_province import MAPPINGS, province, settings
from tests.adapters.memory import MemoryJournal, MemorySessions, now, work
from tests.adapters.people import ENROL, REFERENCE

MAKERS = gateway_dialects()
SHIPPED = sorted(MAPPINGS.glob("*/*/party.yaml"))
AGREED = {
    *("zhejiang", "beijing", "tianjin", "guangdong", "hunan"),
    *("tax-zhejiang", "tax-beijing", "tax-tianjin", "tax-guangdong", "tax-hunan"),
    *("tax-sichuan", "tax-guizhou"),
    *("card-hubei", "demo-platform"),
    *("guizhou", "hebei", "card-jilin", "card-hebei", "card-national"),
    *("sichuan", "jiangsu", "hunan-resident"),
    "treasury-hunan",
    *("medical-zhejiang", "medical-hunan"),
}


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    """The folder of a deployment with one province, and the contract."""
    for part in ("dialects/gateway", "provinces/zhejiang"):
        shutil.copytree(MAPPINGS / part, tmp_path / part)
    return tmp_path


def loaded(mappings: Path, **given: str) -> dict[str, Party]:
    return load(mappings, given, MAKERS, MemoryJournal(), now)


def edited(mappings: Path, old: str, new: str) -> None:
    path = mappings / "provinces" / "zhejiang" / "party.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refused(mappings: Path, **given: str) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        loaded(mappings, **given)
    return caught.value


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_every_shipped_party_is_read_and_gives_every_message_of_its_family_one_place(path: Path) -> None:
    profile = read_profile(path)
    placed = [item.message for part in (profile.supports, profile.sends, profile.unsupported) for item in part]
    assert sorted(set(placed) - set(carried_by(profile.family, few=True))) == sorted(carried_by(profile.family))
    assert len(placed) == len(set(placed))


def test_the_agreed_parties_are_shipped() -> None:
    assert {read_profile(path).id for path in SHIPPED} >= AGREED


def test_every_shipped_party_can_be_made_once_its_dialect_is_there() -> None:
    given: dict[str, str] = {}
    for name in AGREED - {"demo-platform"}:
        given |= settings(name, "http://127.0.0.1:9")
    parties = load(MAPPINGS, given, {**MAKERS, **dialects(MAPPINGS)}, MemoryJournal(), now, MemorySessions())
    assert parties.keys() == AGREED - {"demo-platform"}
    for party in parties.values():
        assert party.supports
        assert party.names.keys() == {"zh", "en"}


def test_a_second_party_of_a_known_dialect_is_one_file(mappings: Path) -> None:
    text = (mappings / "provinces" / "zhejiang" / "party.yaml").read_text(encoding="utf-8")
    folder = mappings / "provinces" / "jiangsu"
    folder.mkdir()
    added = text.replace("id: zhejiang", "id: jiangsu").replace('["33"]', '["32"]')
    (folder / "party.yaml").write_text(added, encoding="utf-8")
    with province(lambda *_: EnrolmentDecided(Decision.ACCEPTED, REFERENCE)) as heard:
        given = {**settings("zhejiang", "http://127.0.0.1:9"), **settings("jiangsu", heard.server.url)}
        parties = loaded(mappings, **given)
        (outcome,) = parties["jiangsu"].deliver([work(ENROL)])
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert heard.messages[0][1].receiver == "jiangsu"
    assert parties["jiangsu"].dialect is parties["zhejiang"].dialect


def test_a_party_without_address_or_dialect_is_left_out_and_the_log_says_so(
    mappings: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert loaded(mappings) == {}
        given = settings("zhejiang", "http://127.0.0.1:9")
        assert load(mappings, given, {}, MemoryJournal(), now) == {}
        edited(mappings, "family:", "configured: false\nfamily:")
        assert loaded(mappings, **given) == {}
    assert "PARTY_ZHEJIANG_URL is not set" in caplog.text
    assert "no dialect gateway/1.2" in caplog.text
    assert "configured: false" in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "zhejiang.example",
        "ftp://zhejiang.example",
        "http://",
        "http://zhejiang.example:99999/",
        "http://zhejiang.example:port/",
        "http://zhejiang.example/a path",
        "http://zhejiang.example/soap ",
        "http://浙江.example/",
    ],
)
def test_an_address_that_is_none_is_named_by_its_setting(mappings: Path, url: str) -> None:
    error = refused(mappings, PARTY_ZHEJIANG_URL=url, PARTY_ZHEJIANG_SECRET="s")
    assert (error.kind.code, error.params["name"]) == ("setting_invalid", "PARTY_ZHEJIANG_URL")


def test_a_code_for_levying_is_one_of_a_treasury_and_has_digits(mappings: Path) -> None:
    error = refused(mappings, PARTY_ZHEJIANG_URL="http://127.0.0.1:9", PARTY_ZHEJIANG_LEVY_ORG="24301000000")
    assert (error.kind.code, error.params["name"]) == ("setting_invalid", "PARTY_ZHEJIANG_LEVY_ORG")
    shutil.copytree(MAPPINGS / "treasury" / "hunan", mappings / "treasury" / "hunan")
    wrong = refused(mappings, PARTY_TREASURY_HUNAN_LEVY_ORG="湖南")
    assert wrong.params["name"] == "PARTY_TREASURY_HUNAN_LEVY_ORG"


def test_missing_credentials_are_named_by_their_setting(mappings: Path) -> None:
    error = refused(mappings, PARTY_ZHEJIANG_URL="http://127.0.0.1:9")
    assert (error.kind.code, error.params["name"]) == ("setting_invalid", "PARTY_ZHEJIANG_SECRET")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("contract: gateway.wsdl", "contract: other.wsdl", r"other\.wsdl"),
        ("family: province", "family: tax", "family tax"),
        ("proves_ours: [reference]", "proves_ours: [state]", "state proves nothing"),
        ("inquire_with: [GetProgress]", "inquire_with: [FindWorker]", "EnrolWorker with FindWorker"),
    ],
)
def test_what_a_party_cannot_do_is_found_at_the_start(mappings: Path, old: str, new: str, reason: str) -> None:
    edited(mappings, old, new)
    with pytest.raises(GatewayError, match=reason):
        loaded(mappings, **settings("zhejiang", "http://127.0.0.1:9"))


def test_a_message_that_the_contract_does_not_have_is_found_at_the_start(mappings: Path) -> None:
    path = mappings / "dialects" / "gateway" / "1.2" / "contract" / "gateway.wsdl"
    text = path.read_text(encoding="utf-8")
    (path.parent / "short.wsdl").write_text(
        text.replace('operation name="FindWorker"', 'operation name="Other"'), encoding="utf-8"
    )
    edited(mappings, "contract: gateway.wsdl", "contract: short.wsdl")
    assert "no operation FindWorker" in str(refused(mappings, **settings("zhejiang", "http://127.0.0.1:9")))


def test_two_folders_for_one_party_are_refused(mappings: Path) -> None:
    shutil.copytree(mappings / "provinces" / "zhejiang", mappings / "provinces" / "zhejiang-2")
    assert "another folder" in str(refused(mappings, **settings("zhejiang", "http://127.0.0.1:9")))


def test_a_dialect_that_writes_credentials_must_say_where(mappings: Path) -> None:
    edited(mappings, "credentials: username_token", "credentials: in_message")
    assert "does not say where" in str(refused(mappings, **settings("zhejiang", "http://127.0.0.1:9")))


ODD = """
from adapters import provinces

def party(parts):
    made = provinces.party(parts)
    made.odd = True
    return made
"""


def test_an_odd_party_brings_its_own_module(mappings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.move(mappings / "provinces" / "zhejiang", mappings / "provinces" / "odd-one")
    (mappings / "odd_one.py").write_text(ODD, encoding="utf-8")
    monkeypatch.setattr(provinces, "__path__", [*provinces.__path__, str(mappings)])
    made = loaded(mappings, **settings("zhejiang", "http://127.0.0.1:9"))["zhejiang"]
    assert getattr(made, "odd", False)
