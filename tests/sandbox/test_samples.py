"""The request samples of the dialects, sent to the sandbox: pages, samples and servers say the same."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from tests.sandbox.started import Sandbox, errors

DIALECTS = Path("mappings/dialects")


def index(dialect: str) -> list[dict[str, Any]]:
    document = yaml.safe_load((DIALECTS / dialect / "1.0/samples/index.yaml").read_text(encoding="utf-8"))
    return list(document["samples"])


def requests(dialect: str) -> list[str]:
    return [one["file"] for one in index(dialect) if one["direction"] == "request"]


def sample(dialect: str, file: str) -> bytes:
    return (DIALECTS / dialect / "1.0/samples" / file).read_bytes()


@pytest.mark.parametrize("dialect", ["molss", "levy-exchange", "card-rpc"])
def test_the_index_names_files_that_are_there_and_cites_a_fact_for_each(dialect: str) -> None:
    files = {one["file"] for one in index(dialect)}
    assert files <= {path.name for path in (DIALECTS / dialect / "1.0/samples").iterdir()}
    for one in index(dialect):
        assert one["status"] in ("seen", "inferred", "ours")
        assert one["facts"].startswith(("wire ", "rules "))
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


@pytest.mark.parametrize("file", requests("card-rpc"))
def test_the_card_centre_serves_every_request_sample(sandbox: Sandbox, file: str) -> None:
    body = sample("card-rpc", file).replace(b"not-a-secret", b"sandbox-card-hubei")
    answer = sandbox.post("/card/hubei/CardService", body)
    assert "<ERR>OK</ERR>" in "".join(answer.xml.itertext())
