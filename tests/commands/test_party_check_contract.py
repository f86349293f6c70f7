"""The contract test of parties that speak our own contract, whose samples have no index and whose rule is the WSDL."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from adapters.party import read_profile
from app import MAPPINGS
from tests.adapters.servers import Request, Server, Visit, always, serving
from tests.commands.conftest import Terminal

SAMPLES = MAPPINGS / "dialects" / "gateway" / "1.2" / "samples"


def of_contract() -> list[str]:
    """The parties that speak our contract, found by their folders."""
    profiles = [read_profile(path) for path in sorted(MAPPINGS.glob("*/*/party.yaml"))]
    return [profile.id for profile in profiles if profile.dialect.name == "gateway"]


@pytest.mark.parametrize("party", of_contract())
def test_what_is_written_for_a_party_of_our_contract_is_what_the_samples_say(terminal: Terminal, party: str) -> None:
    last = terminal.says("party", "check", party, "--samples").splitlines()[-1]
    assert last.endswith(", 0 finding(s)")
    assert not last.startswith("0 exchange(s)")


@contextmanager
def answering(*changes: tuple[str, str]) -> Iterator[Server]:
    """A province that answers each question with the sample of its answer, changed."""

    def respond(visit: Visit, request: Request) -> None:
        text = request.body.decode()
        name = re.findall(r"<soap:Body><(\w+)", text)[0]
        asked = re.findall(r"<message_id>(.*?)</message_id>", text)[0]
        told = (SAMPLES / f"{name}.answer.xml").read_text(encoding="utf-8")
        told = re.sub(r"<refers_to>.*?</refers_to>", f"<refers_to>{asked}</refers_to>", told)
        for old, new in changes:
            told = told.replace(old, new)
        visit.answer(told.encode(), media_type="text/xml; charset=utf-8")

    with serving(always(respond)) as server:
        yield server


def live(terminal: Terminal, server: Server, code: int = 0) -> str:
    done = terminal.run("party", "check", "zhejiang", "--live", "--address", server.url)
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTY_ZHEJIANG_SECRET", "secret")


def test_a_province_that_keeps_the_contract_passes_at_its_test_address(terminal: Terminal) -> None:
    with answering() as server:
        said = live(terminal, server)
    assert "contract test of zhejiang against its test address" in said
    assert "0 finding(s)" in said.splitlines()[-1]
    assert said.count("sent with --changes only") >= 9
    assert len(server.requests) == len([line for line in said.splitlines() if "as agreed" in line]) >= 4


def test_what_the_contract_does_not_allow_is_reported(terminal: Terminal) -> None:
    with answering(("<known>true</known>", "<known>perhaps</known>")) as server:
        said = live(terminal, server, code=1)
    assert "known" in said.split("not as agreed:")[1]
    assert "an answer that can be read" in said


def test_the_words_of_a_fault_stay_out_of_the_report(terminal: Terminal) -> None:
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Server</faultcode>'
        "<faultstring>王伟 430102199503070019 不存在</faultstring></s:Fault></s:Body></s:Envelope>"
    )
    with serving(always(lambda visit, _: visit.answer(body.encode(), media_type="text/xml; charset=utf-8"))) as server:
        said = live(terminal, server, code=1)
    assert "left out here" in said
    assert "王伟" not in said
    assert "430102199503070019" not in said


def test_nobody_at_the_test_address_is_reported_for_each_question(terminal: Terminal) -> None:
    with answering() as server:
        pass
    said = live(terminal, server, code=1)
    assert said.count("(connection)") >= 4


def test_who_is_asked_nothing_has_no_contract_test_and_the_refusal_says_why(terminal: Terminal) -> None:
    said = terminal.refuses("party", "check", "demo-platform", "--samples")
    assert "asked nothing" in said
    assert "party.yaml:7" in said
