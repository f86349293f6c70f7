"""The treasury that is played: orders by their key, checks in parts, parts again; from the wire facts alone."""

import re
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from sandbox.http import Reply
from tests.sandbox.started import Gateway, HungUpError, Sandbox, until

PARTY = "treasury-hunan"
SECRET = b"sandbox-treasury-hunan"
KEY = "<TaxOrgCode>24301000000</TaxOrgCode><EntrustDate>20260120</EntrustDate>"
PAYMENT = "<Payment1001><TraAmt>962.40</TraAmt><TaxVouNo>343016260100000017</TaxVouNo></Payment1001>"
DEDUCT = f"<RealHead1001>{KEY}<TraNo>00000001</TraNo></RealHead1001>{PAYMENT}"
ROW = {"OriTraNo": "00000001", "TraAmt": "962.40"}


def signed(body: bytes, secret: bytes = SECRET) -> bytes:
    running = HMAC(secret, SM3())
    running.update(body)
    return body + f"<!--<CA>{running.finalize().hex()}</CA>-->\n".encode()


def document(number: str, blocks: str) -> bytes:
    head = f"<VER>1.0</VER><MsgNo>{number}</MsgNo><MsgID>{1:020d}</MsgID>"
    text = f'<?xml version="1.0" encoding="GBK"?>\n<CFX><HEAD>{head}</HEAD><MSG>{blocks}</MSG></CFX>\n'
    return text.encode("gbk")


def said(body: bytes) -> dict[str, str]:
    """Every text of a document by its name."""
    return dict(re.findall(r"<(\w+)>([^<]*)</\1>", body.decode("gb18030")))


def ask(sandbox: Sandbox, number: str, blocks: str, secret: bytes = SECRET) -> dict[str, str]:
    return said(sandbox.post("/treasury/hunan", signed(document(number, blocks), secret)).body)


def find(sandbox: Sandbox, message: str = "1001", number: str = "00000001") -> dict[str, str]:
    key = f"<OriMsgNo>{message}</OriMsgNo><OriTaxOrgCode>24301000000</OriTaxOrgCode>"
    return ask(
        sandbox,
        "9003",
        f"<Query9003>{key}<OriEntrustDate>20260120</OriEntrustDate><OriTraNo>{number}</OriTraNo></Query9003>",
    )


def reverse(sandbox: Sandbox, number: str) -> dict[str, str]:
    original = "<OriEntrustDate>20260120</OriEntrustDate><OriTraNo>00000001</OriTraNo>"
    head = f"<CancelHead1021>{KEY}<CancelNo>{number}</CancelNo></CancelHead1021>"
    return ask(sandbox, "1021", f"{head}<Cancel1021>{original}</Cancel1021>")


def pack(sandbox: Sandbox, rows: list[dict[str, str]], **more: Any) -> Any:
    return sandbox.control("check", party=PARTY, kind="tickets", day="2026-01-20", rows=rows, **more)


def test_a_deduction_is_done_once_and_answered_with_its_key(sandbox: Sandbox) -> None:
    for _ in range(2):
        answer = ask(sandbox, "1001", DEDUCT)
        assert (answer["MsgNo"], answer["Result"], answer["OriTraNo"]) == ("2001", "90000", "00000001")
        assert answer["MsgRef"] == f"{1:020d}"
    assert len(sandbox.state()["effects"]) == 1
    found = find(sandbox)
    assert (found["MsgNo"], found["OpStat"], found["TaxVouNo"]) == ("9004", "1", "343016260100000017")


def test_a_reversal_has_a_number_of_its_own_and_is_done_once(sandbox: Sandbox) -> None:
    assert reverse(sandbox, "90000000")["CancelAnswer"] == "94100"
    ask(sandbox, "1001", DEDUCT)
    assert reverse(sandbox, "90000001")["CancelAnswer"] == "90000"
    assert reverse(sandbox, "90000001")["CancelAnswer"] == "90000"
    assert reverse(sandbox, "90000002")["CancelAnswer"] == "94100"
    assert find(sandbox)["OpStat"] == "4"
    assert find(sandbox, "1021", "90000001")["OpStat"] == "1"


def change(sandbox: Sandbox, number: str, amount: str, *, pack: str = "00000006", count: str = "1") -> dict[str, str]:
    head = f"{KEY}<PackNo>{pack}</PackNo><AllNum>{count}</AllNum><AllAmt>{amount}</AllAmt>"
    row = f"<OriTaxVouNo>343016260100000017</OriTaxVouNo><TraAmt>{amount}</TraAmt><TrimSign>1</TrimSign>"
    rows = f"<DrawBackList{number}>{row}</DrawBackList{number}>"
    return ask(sandbox, number, f"<BatchHead{number}>{head}</BatchHead{number}>{rows}")


def kept(sandbox: Sandbox) -> dict[str, str]:
    found: dict[str, str] = sandbox.state()["parties"][PARTY]["orders"]["1001/24301000000/20260120/00000001"]
    return found


@pytest.mark.parametrize(("count", "result"), [("1", "90000"), ("2", "92100")])
def test_a_package_is_taken_whole_or_not_at_all(sandbox: Sandbox, count: str, result: str) -> None:
    ask(sandbox, "1001", DEDUCT)
    answer = change(sandbox, "1104", "962.40", count=count)
    assert answer["Result"] == result
    assert answer.get("SuccNum") == ("1" if result == "90000" else None)
    assert kept(sandbox)["returned"] == ("962.40" if result == "90000" else "0.00")


def test_a_payment_goes_back_in_parts_and_never_more_of_it_than_there_was(sandbox: Sandbox) -> None:
    assert change(sandbox, "1104", "60.00")["AddWord"] == "无此税票或已冲正"
    ask(sandbox, "1001", DEDUCT)
    for _ in range(2):
        assert change(sandbox, "1104", "462.40", pack="00000007")["Result"] == "90000"
    assert change(sandbox, "1106", "400.00", pack="00000008")["Result"] == "90000"
    assert change(sandbox, "1104", "100.01", pack="00000009")["AddWord"] == "金额超过原税票余额"
    assert (kept(sandbox)["returned"], kept(sandbox)["set_off"]) == ("462.40", "400.00")
    assert reverse(sandbox, "90000001")["CancelAnswer"] == "94100"


def test_a_correction_books_a_payment_in_the_adjustment_period_and_moves_no_money(sandbox: Sandbox) -> None:
    ask(sandbox, "1001", DEDUCT)
    assert change(sandbox, "1105", "962.40")["MsgNo"] == "9110"
    assert (kept(sandbox)["trim"], kept(sandbox)["returned"], kept(sandbox)["state"]) == ("1", "0.00", "1")


def many(sandbox: Sandbox, *numbers: str) -> list[tuple[str, str]]:
    """Deduct the payments of a package; number and result of each."""
    whole = f"{962.40 * len(numbers):.2f}"
    head = f"{KEY}<PackNo>00000001</PackNo><AllNum>{len(numbers)}</AllNum><AllAmt>{whole}</AllAmt>"
    row = "<PaymentList1102><TraNo>{0}</TraNo><TraAmt>962.40</TraAmt><TaxVouNo>9{0}</TaxVouNo></PaymentList1102>"
    body = signed(
        document("1102", f"<BatchHead1102>{head}</BatchHead1102>{''.join(row.format(each) for each in numbers)}")
    )
    text = sandbox.post("/treasury/hunan", body).body.decode("gb18030")
    return re.findall(r"<OriTraNo>(\d+)</OriTraNo><Result>(\d+)</Result>", text)


def test_a_payment_is_the_same_in_a_package_and_alone(sandbox: Sandbox) -> None:
    assert many(sandbox, "00000001", "00000002") == [("00000001", "90000"), ("00000002", "90000")]
    ask(sandbox, "1001", DEDUCT)
    assert len(sandbox.state()["effects"]) == 2, "the one that went out again alone was done"
    key = "<OriTaxOrgCode>24301000000</OriTaxOrgCode><OriEntrustDate>20260120</OriEntrustDate>"
    query = (
        f"<Query9003><OriMsgNo>1102</OriMsgNo>{key}<OriTraNo>%s</OriTraNo><OriPackNo>00000001</OriPackNo></Query9003>"
    )
    assert ask(sandbox, "9003", query % "00000002")["OpStat"] == "1"
    assert ask(sandbox, "9003", query % "00000003")["Result"] == "94100"
    assert reverse(sandbox, "90000001")["CancelAnswer"] == "90000"


def test_who_does_not_sign_is_not_let_in_and_what_is_unknown_not_understood(sandbox: Sandbox) -> None:
    assert ask(sandbox, "1001", DEDUCT, b"another")["Result"] == "91100"
    assert said(sandbox.post("/treasury/hunan", document("1001", DEDUCT)).body)["Result"] == "91100"
    assert ask(sandbox, "1107", "")["Result"] == "92100"
    assert ask(sandbox, "1001", "")["Result"] == "92100"
    assert sandbox.state()["effects"] == []


@pytest.mark.parametrize(("fault", "effects"), [("timeout_after_effect", 1), ("down", 0)])
def test_an_answer_gets_lost_after_the_effect_or_with_it(sandbox: Sandbox, fault: str, effects: int) -> None:
    sandbox.fault(PARTY, "Deduct", fault, seconds=0)
    with pytest.raises(HungUpError):
        ask(sandbox, "1001", DEDUCT)
    assert len(sandbox.state()["effects"]) == effects


def test_what_is_scripted_is_said_in_its_form(sandbox: Sandbox) -> None:
    sandbox.fault(PARTY, "Deduct", "refuse", reason="余额不足")
    answer = ask(sandbox, "1001", DEDUCT)
    assert (answer["Result"], answer["AddWord"]) == ("94100", "余额不足")
    sandbox.fault(PARTY, "FindTransaction", "error_200")
    assert find(sandbox)["Result"] == "93100"
    sandbox.fault(PARTY, "FindTransaction", "effect_missing")
    assert find(sandbox)["MsgNo"] == "9120"


def test_checks_are_pushed_in_parts_signed_and_the_missing_one_when_it_is_asked_for(
    gateway: tuple[Gateway, Sandbox],
) -> None:
    received, sandbox = gateway
    received.answers += [Reply(b"", "text/xml")] * 9
    package = pack(sandbox, [ROW, ROW, ROW], size=2, leave_out=[2], wrong={"CurPackNum": "7"})["package"]
    (first,) = until(lambda: list(received.received))
    assert (first.path, first.body) == (f"/in/{PARTY}", signed(first.body.rpartition(b"<!--")[0]))
    heads = said(first.body)
    assert (heads["ChildPackNum"], heads["CurPackNo"], heads["AllNum"], heads["CurPackNum"]) == ("2", "1", "3", "7")
    again = f"<ChkDate>20260120</ChkDate><OriPackNo>{package}</OriPackNo><CurPackNo>%s</CurPackNo>"
    for part in ("2", "1"):
        assert ask(sandbox, "9113", f"<CheckAgain9113>{again % part}</CheckAgain9113>")["Result"] == "90000"
    assert ask(sandbox, "9117", f"<CheckAgain9117>{again % '1'}</CheckAgain9117>")["Result"] == "94100"
    until(lambda: len(received.received) == 3)
    told = {said(each.body)["CurPackNo"]: said(each.body)["CurPackNum"] for each in received.received[1:]}
    assert told == {"1": "2", "2": "1"}
    assert sandbox.count(PARTY, "asked_again", f"{package}/2") == 1


def test_packages_are_listed_and_forgotten_when_everything_is(gateway: tuple[Gateway, Sandbox]) -> None:
    received, sandbox = gateway
    received.answers += [Reply(b"", "text/xml")] * 9
    pack(sandbox, [ROW], leave_out=[1])
    sandbox.control("packages", party=PARTY, day="2026-01-20")
    (listed,) = until(lambda: list(received.received))
    assert (said(listed.body)["MsgNo"], said(listed.body)["AllAmt"]) == ("3200", "962.40")
    sandbox.control("reset")
    assert sandbox.state()["parties"][PARTY] == {"orders": {}, "packages": {}}
