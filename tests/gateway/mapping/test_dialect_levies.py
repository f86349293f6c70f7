import gzip
import json
from base64 import b64decode

import pytest

from gateway.errors import GatewayError
from gateway.mapping.dialect_table import TableDialect
from gateway.model.codes import LevyState
from gateway.model.tax import CancelLevy, DeclareLevy, FindLevy, LevyResult, Receipt, ReceiptTaken
from gateway.model.values import Money
from gateway.ports import Control, Document
from tests.mappings.examples import MAKERS, NOW, control, levy, receipt, sample

JSON = "application/json;charset=UTF-8"


@pytest.fixture(scope="module")
def levies() -> TableDialect:
    return MAKERS["levy-exchange/1.0"]()


def test_every_call_has_its_own_id_and_the_calls_of_one_batch_share_a_session(levies: TableDialect) -> None:
    first = levies.write(levy(), control("tax-hunan"))
    later = levies.write(levy(), Control("leg_1", "gateway", "tax-hunan", NOW.replace(second=1)))
    paths = [
        dict(part.split("=") for part in item.headers[":path"].partition("?")[2].split("&")) for item in (first, later)
    ]
    assert paths[0]["requestId"] != paths[1]["requestId"]
    assert json.loads(first.body)["head"]["requestId"] == paths[0]["requestId"]
    assert paths[0]["sessionId"] == paths[1]["sessionId"]
    assert (paths[0]["appId"], paths[0]["clientVersion"], len(paths[0]["requestId"])) == ("gateway", "1.0", 32)
    assert first.headers[":path"].startswith("/v1/batch/taxInfo/saveOrUpdate?")


def test_an_amount_is_a_bare_number_to_the_fen_and_never_a_float(levies: TableDialect) -> None:
    body = levies.write(levy(amount=12345678901234510), control("tax-hunan")).body
    assert b'"YJJE":123456789012345.1,' in body
    assert levies.read(Document(body, JSON))[0].amount == Money(12345678901234510)


def test_a_packed_document_is_base64_of_gzip_and_is_read_as_such(levies: TableDialect) -> None:
    document = levies.write(levy(), control("tax-hunan", encoding="gzip"))
    assert json.loads(gzip.decompress(b64decode(document.body)))["body"]["gryzmx"]["jls"] == 1
    assert "encoding=gzip" in document.headers[":path"]
    assert levies.read(document)[0] == levy()


def test_a_number_that_would_lose_its_zeros_has_no_place(levies: TableDialect) -> None:
    for number in ("007", "A17", "1234567890123456"):
        with pytest.raises(GatewayError) as raised:
            levies.write(FindLevy(levy_number=number), control("tax-hunan"))
        assert raised.value.kind.code == "no_place"


def saved(levies: TableDialect, body: dict[str, object], *abouts: DeclareLevy) -> tuple[LevyResult, ...]:
    head = {"requestId": "1", "errorCode": "0", "success": True, "timestamp": 1767578400000, "time": "-", "api": "-"}
    document = Document(json.dumps({"head": head, "body": {"cspch": "B", **body}}).encode(), JSON)
    return levies.read_many(document, abouts)[0]


def fault(reference: object) -> dict[str, object]:
    return {"code": "999", "field": "YJJE", "message": "不对", "record": {"XH": reference, "YJJE": 1}}


def test_partial_success_is_told_to_each_record(levies: TableDialect) -> None:
    good, bad = saved(levies, {"jls": 1, "errorGryzmxGrid": [fault("r-2")]}, levy("r-1"), levy("r-2"))
    assert (good.found, good.state, good.reference) == (True, None, "r-1")
    assert (bad.state, bad.reason, bad.reference) == (LevyState.REFUSED, "不对", "r-2")


@pytest.mark.parametrize(
    "body",
    [
        {"jls": 0, "errorGryzmxGrid": []},
        {"jls": 2, "errorGryzmxGrid": []},
        {"jls": 0, "errorGryzmxGrid": [fault("somebody else's")]},
        {"jls": 0, "errorGryzmxGrid": [fault("")]},
        {"jls": 0, "errorGryzmxGrid": [fault(["r-1"])]},
        {"jls": -1, "errorGryzmxGrid": [fault("r-1"), fault("r-1")]},
        {"errorGryzmxGrid": []},
        {"jls": 1},
        {"jls": 1, "errorGryzmxGrid": {}},
        {"jls": "eins", "errorGryzmxGrid": []},
        {"jls": 1, "errorGryzmxGrid": [], "more": 1},
    ],
)
def test_a_record_is_never_taken_by_silence(levies: TableDialect, body: dict[str, object]) -> None:
    with pytest.raises(GatewayError) as raised:
        saved(levies, body, levy("r-1"))
    assert raised.value.kind.code == "unreadable"


def test_two_kinds_of_records_in_one_batch_are_refused(levies: TableDialect) -> None:
    cancel = CancelLevy("r-2", "撤销", levy_number="17")
    one, two = (json.loads(levies.write(item, control("tax-hunan")).body) for item in (levy(), cancel))
    one["body"]["insertGryzmxGrid"] += two["body"]["insertGryzmxGrid"]
    with pytest.raises(GatewayError, match="none of the messages"):
        levies.read_many(Document(json.dumps(one).encode(), JSON))


def test_a_batch_with_another_number_of_records_than_it_says_is_refused(levies: TableDialect) -> None:
    body = levies.write(levy(), control("tax-hunan")).body.replace(b'"jls":1', b'"jls":2')
    with pytest.raises(GatewayError, match="not the number of rows"):
        levies.read_many(Document(body, JSON))


def test_a_message_that_carries_one_record_cannot_be_asked_to_carry_two(levies: TableDialect) -> None:
    with pytest.raises(GatewayError, match="it carries one message"):
        levies.write_many([receipt(), receipt()], control("tax-hunan"))


def test_a_push_is_recognised_and_answered_in_its_own_words(levies: TableDialect) -> None:
    document = Document(
        sample("receipt.push.json", "levy-exchange/1.0"), JSON, {":path": "/in/tax-hunan?appId=tax-hunan&sign=0f"}
    )
    found, heard = levies.read(document)
    assert isinstance(found, Receipt)
    assert (heard.sender, heard.message_id) == ("tax-hunan", "R430000202601060001")
    answer = levies.write(ReceiptTaken(found.voucher_number, taken=True), heard, found)
    shown = json.loads(answer.body)
    assert shown["head"]["requestId"] == heard.extra["request_id"]
    assert shown["body"] == {"receiptGrid": [{"DZSPHM": "343011000000000017", "JSJG_DM": "0", "BZ": ""}], "jls": 1}
