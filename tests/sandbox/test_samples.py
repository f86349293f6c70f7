"""The request samples of the dialects, sent to the sandbox: pages, samples and servers say the same."""

import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from sandbox.jiangsu import CALLS
from tests.sandbox.spoken import ENROLMENT, Guizhou, Hebei, Jiangsu, Sichuan
from tests.sandbox.started import Sandbox, errors

DIALECTS = Path("mappings/dialects")
PERSON = "430102199003071015"  # of the samples of two dialects


def index(dialect: str) -> list[dict[str, Any]]:
    document = yaml.load((DIALECTS / dialect / "1.0/samples/index.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return list(document["samples"])


def requests(dialect: str) -> list[str]:
    return [one["file"] for one in index(dialect) if one["direction"] == "request"]


def sample(dialect: str, file: str) -> bytes:
    return (DIALECTS / dialect / "1.0/samples" / file).read_bytes()


SHOWN = sorted(path.parents[2].name for path in DIALECTS.glob("*/1.0/samples/index.yaml"))


def test_the_dialects_of_the_facts_have_samples() -> None:
    provinces, cards = {"molss", "yinhai", "prm", "hosdata", "jiangsu-json", "cjb"}, {"rpc", "asterisk", "piped"}
    taxes = {"levy-exchange", "gt3-bus", "gt3-tirip", "tips"}
    assert provinces | taxes | {f"card-{each}" for each in (*cards, "electronic")} <= set(SHOWN)


@pytest.mark.parametrize("dialect", SHOWN)
def test_the_index_names_files_that_are_there_and_cites_a_fact_for_each(dialect: str) -> None:
    entries = index(dialect)
    folder = DIALECTS / dialect / "1.0/samples"
    files = {one["file"] for one in entries}
    assert files == {path.name for path in folder.iterdir()} - {"index.yaml"}
    # A dialect that was proposed from the documents of a province rests on those, and cites nothing.
    cites = any("facts" in one for one in entries)
    for one in entries:
        assert one["status"] in ("seen", "inferred", "ours")
        assert one["situation"]
        assert one.get("facts", "").startswith(("wire ", "rules ")) == cites
        assert one.get("about", one["file"]) in files


@pytest.mark.parametrize("file", requests("molss"))
def test_hunan_serves_every_request_sample(hunan: Sandbox, file: str) -> None:
    answer = hunan.hunan_bytes(sample("molss", file).replace(b"not-a-secret", b"sandbox-hunan"))
    assert answer.status == 200
    assert errors(answer) == []


@pytest.mark.parametrize("file", [one for one in requests("levy-exchange") if "push" not in one])
def test_a_bureau_serves_every_request_sample(sandbox: Sandbox, file: str) -> None:
    body = sample("levy-exchange", file)
    zipped = file.endswith(".txt")
    plain = json.loads(sample("levy-exchange", "declare-levy.request.json") if zipped else body)
    query = {"requestId": plain["head"]["requestId"], "appId": "gateway"} | ({"encoding": "gzip"} if zipped else {})
    query["sign"] = hmac.new(b"sandbox-tax-hunan", body, hashlib.sha256).hexdigest()
    answer = sandbox.post(f"/tax/hunan{plain['head']['api']}?{urlencode(query)}", body)
    assert answer.status == 200
    assert zipped or answer.json["head"]["errorCode"] == "0"


CORES = {"gt3-bus": "sichuan", "gt3-tirip": "guizhou"}


@pytest.mark.parametrize(
    ("dialect", "file"), [(each, file) for each in CORES for file in requests(each) if "push" not in file]
)
def test_a_bureau_of_the_core_system_serves_every_request_sample(sandbox: Sandbox, dialect: str, file: str) -> None:
    body = sample(dialect, file).replace(b"not-a-secret", f"sandbox-tax-{CORES[dialect]}".encode())
    answer = sandbox.post(f"/tax/{CORES[dialect]}", body, {"SOAPAction": '""'})
    assert answer.status == 200
    assert b"<Code>000</Code>" in answer.body or answer.headers.get("retcode") == "00000000"


@pytest.mark.parametrize("file", requests("card-rpc"))
def test_the_card_centre_serves_every_request_sample(sandbox: Sandbox, file: str) -> None:
    body = sample("card-rpc", file).replace(b"not-a-secret", b"sandbox-card-hubei")
    answer = sandbox.post("/card/hubei/CardService", body)
    assert "<ERR>OK</ERR>" in "".join(answer.xml.itertext())


# What the samples of one dialect have in common: numbers that a server of its own would have given out.
GIVEN_OUT = re.compile(
    rb"&lt;(?:prm_)?aac001&gt;[0-9]+&lt;/(?:prm_)?aac001&gt;|\s*\"(?:bac001|sac100)\": \"?[0-9]+\"?,"
)


@pytest.mark.parametrize("file", [one for one in requests("yinhai") if "signed" not in one])
def test_sichuan_serves_every_request_sample(sandbox: Sandbox, file: str) -> None:
    sichuan = Sichuan(sandbox)
    sichuan.trade("BL01", {"aae013": "case_51.pension", **ENROLMENT})
    body = GIVEN_OUT.sub(b"", sample("yinhai", file).replace(b"not-a-secret", b"sandbox-sichuan")).decode()
    body = re.sub("&lt;cbdjh&gt;[^&]+&lt;/cbdjh&gt;|&lt;slbh&gt;SL[^&]+&lt;/slbh&gt;", "", body)
    if (trade := re.findall("<jybh>(BL[0-9]{2})<", body)) and "getJylsh" not in body:
        serial, code = sichuan.serial(trade[0])
        body = re.sub("<jylsh>.*</jyyzm>", f"<jylsh>{serial}</jylsh><jyyzm>{code}</jyyzm>", body)
    answer = sichuan.post(body)
    said = "".join(answer.xml.itertext())
    assert "<code>1</code>" in said or said == "success" or "已参加" in said, said


@pytest.mark.parametrize("file", requests("prm"))
def test_guizhou_serves_every_request_sample(sandbox: Sandbox, file: str) -> None:
    guizhou = Guizhou(sandbox)
    trade = guizhou.call("G20", ENROLMENT | {"aae013": "r-1", "aac147": PERSON, "aac002": PERSON})
    body = GIVEN_OUT.sub(b"", sample("prm", file)).replace(b"not-a-secret", b"sandbox-guizhou")
    body = body.replace(b"52202601051000000001", trade["jylsh"].encode()).replace(
        b"830415529017264", trade["jyyzm"].encode()
    )
    if not file.startswith(("confirm", "cancel", "uncertain")):
        guizhou.second("confirm", trade)
    body = re.sub(rb"&lt;prm_(cbdjh|slbh)&gt;[^&]+&lt;/prm_(cbdjh|slbh)&gt;", b"", body)
    said = sandbox.post("/guizhou/prm", body).body.decode("gb18030")
    known = re.findall("<appcode>(-?[0-9]+)</appcode><appmsg>(.*?)</appmsg>", said)
    by_number = file == "get-progress.by-acceptance-number.request.xml"  # which only that server has given out
    assert int(known[0][0]) >= 0 or (by_number and known[0][1] == "未找到业务受理记录"), said


@pytest.mark.parametrize("file", requests("hosdata"))
def test_hebei_serves_every_request_sample(sandbox: Sandbox, file: str) -> None:
    hebei = Hebei(sandbox)
    cycle = hebei.sign_in()
    hebei.call("7110", ENROLMENT | {"aae013": "r-1", "aac147": PERSON, "aac002": PERSON}, msgid="leg_01-0")
    body = sample("hosdata", file).replace(b"not-a-secret", b"sandbox-hebei").replace(b"20260105000001", cycle.encode())
    body = re.sub(rb"(&lt;AAC001&gt;)[0-9]+|&lt;CBDJH&gt;[^&]+&lt;/CBDJH&gt;", rb"\1", body)
    said = sandbox.post("/hebei/hosdata", body).body.decode()
    assert "RETURNNUM&gt;1&lt;" in said, said


@pytest.mark.parametrize("file", requests("jiangsu-json"))
def test_jiangsu_serves_every_request_sample(sandbox: Sandbox, file: str) -> None:
    jiangsu = Jiangsu(sandbox)
    body = json.loads(GIVEN_OUT.sub(b"", sample("jiangsu-json", file)))
    message = "".join(part.capitalize() for part in file.partition(".")[0].split("-"))
    enrolled = json.loads(sample("jiangsu-json", "enrol-worker.request.json"))
    if message != "EnrolWorker":
        jiangsu.rows("savecanbaodengji", enrolled)
    call = next(call for call, name in CALLS.items() if name == message)
    assert jiangsu.call(call, {name: value for name, value in body.items() if name != "cbdjh"})["retCode"] == "200"


@pytest.mark.parametrize("file", [one for one in requests("cjb") if "two-persons" not in one])
def test_the_residents_system_of_hunan_serves_every_request_sample(sandbox: Sandbox, file: str) -> None:
    def sent(name: str) -> bytes:
        body = GIVEN_OUT.sub(b"", sample("cjb", name)).replace(b"not-a-secret", b"sandbox-hunan-resident")
        return re.sub(rb'\s*"(cbdjh|slbh)": "[^"]+",', b"", body)

    address = "/hunan-resident/hncjb/reports/crud"
    if not file.startswith("enrol-worker"):
        sandbox.post(address, sent("enrol-worker.request.json"))
    assert sandbox.post(address, sent(file)).json["vcode"] == "0"
