"""The server of a treasury, and what it pushes: checks in parts, and parts again when they are asked for."""

import itertools
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sandbox.faults import Fault, Plan, Voice, perform
from sandbox.ground import Ground
from sandbox.http import Answer, Reply, Request
from sandbox.push import Push, Write
from sandbox.treasury import AGAIN, DONE, PAYMENT, Key, Order, Package, Treasury, total
from sandbox.treasury_wire import MEDIA_TYPE, DocumentError, document, opened, rows, signed

_DONE, _NOT_DONE, _NO_WORDS, _BROKEN = "90000", "94100", "92100", "93100"
_MOST = 1000
_MESSAGES = {
    "1001": "Deduct",
    "1021": "ReverseDeduction",
    "1102": "DeductMany",
    "1104": "ChangePostings",
    "1105": "ChangePostings",
    "1106": "ChangePostings",
    "9003": "FindTransaction",
    "9111": "AskAgain",
    "9113": "AskAgain",
    "9117": "AskAgain",
}

Group = Mapping[str, Any]
Said = tuple[str, list[tuple[str, Group]]]


class TreasuryNode:
    """Answers what is sent to one treasury."""

    def __init__(self, treasury: Treasury, ground: Ground) -> None:
        self._treasury, self._ground = treasury, ground
        self._serials = itertools.count(1)
        self._calls: Mapping[str, Callable[[str, Group, str], Said]] = {
            "1001": self._deduct,
            "1021": self._reverse,
            "1102": self._deduct_many,
            "1104": self._change,
            "1105": self._change,
            "1106": self._change,
            "9003": self._find,
            **dict.fromkeys(AGAIN, self._again),
        }

    def handle(self, request: Request) -> Answer:
        """Answer one document."""
        try:
            head, message = opened(self._treasury.party, request.body, self._calls.keys())
        except DocumentError as wrong:
            return self._refused("", wrong.code, str(wrong))
        plan = self._ground.faults.take(self._treasury.party, _MESSAGES[head["MsgNo"]])

        def broken(fault: Fault) -> Reply:
            return self._refused(head["MsgID"], _BROKEN, str(fault.options.get("reason", "系统异常")))

        voice = Voice("gb18030", "utf-8", broken)
        return perform(plan, voice, lambda: self._done(head, message, plan))

    def _done(self, head: Group, message: Group, plan: Plan) -> Reply:
        if "effect_missing" in plan:
            return self._refused(head["MsgID"], _DONE, "")
        refused = str(plan["refuse"].options.get("reason", "余额不足")) if "refuse" in plan else ""
        try:
            answer, blocks = self._calls[head["MsgNo"]](head["MsgNo"], message, refused)
        except (KeyError, TypeError):
            return self._refused(head["MsgID"], _NO_WORDS, "报文要素缺失")
        except DocumentError as wrong:
            return self._refused(head["MsgID"], wrong.code, str(wrong))
        return self._reply(answer, head["MsgID"], blocks)

    def announce(self, asked: Group) -> dict[str, Any]:
        """Make a package and push its parts; `leave_out`: numbers of parts that get lost on the way."""
        package = self._treasury.pack(asked)
        lost = set(asked.get("leave_out", ()))
        for part in range(1, len(package.parts) + 1):
            if part not in lost:
                self._push(package, part)
        return {"package": package.number, "parts": len(package.parts), "message": package.message}

    def list_packages(self, day: str) -> dict[str, Any]:
        """Push which packages there are for a day (3200)."""
        day = day.replace("-", "")
        mine = [one for one in self._treasury.packages.values() if one.day == day]
        every = [row for one in mine for row in one.rows]
        head = {"ChkDate": day, "AllNum": str(len(mine)), "AllAmt": total(every)}
        listed = [("PackList", _line(one)) for one in mine]
        self._send("CheckPackages", day, "3200", lambda: [("PackHead", head), *listed])
        return {"packages": len(mine)}

    # what is ordered and asked

    def _deduct(self, number: str, message: Group, refused: str) -> Said:
        head = message["RealHead"]
        key = (number, head["TaxOrgCode"], head["EntrustDate"], head["TraNo"])
        order = self._treasury.paid(key, message["Payment"], refused)
        return "2001", [("Answer", _answer(order, {"OriTraNo": key[3]}))]

    def _deduct_many(self, number: str, message: Group, refused: str) -> Said:
        """The payments of a package, each by its own key. `refused`: of which none is made."""
        head, found = _counted(message, "PaymentList")
        org, day, pack = head["TaxOrgCode"], head["EntrustDate"], head["PackNo"]
        made = [self._treasury.paid((PAYMENT, org, day, row["TraNo"]), row, refused, pack) for row in found]
        done = [order for order in made if order.state == DONE]
        amount = f"{sum((Decimal(order.amount) for order in done), Decimal(0)):.2f}"
        whole = self._treasury.packed((number, org, day, pack), amount, "" if done else refused)
        told = _answer(whole, {"OriPackNo": pack, "SuccNum": str(len(done)), "SuccAmt": amount})
        lines = [{"OriTraNo": order.key[3], "Result": _result(order)} | _words(order) for order in made]
        return "2102", [("Answer", told), *(("AnswerList", line) for line in lines)]

    def _reverse(self, number: str, message: Group, _refused: str) -> Said:
        head, what = message["CancelHead"], message["Cancel"]
        key = (number, head["TaxOrgCode"], head["EntrustDate"], head["CancelNo"])
        original = (PAYMENT, head["TaxOrgCode"], what["OriEntrustDate"], what["OriTraNo"])
        order = self._treasury.reversed_(key, original)
        told = {"OriTaxOrgCode": key[1], "OriEntrustDate": key[2], "OriCancelNo": key[3]}
        return "2021", [("Answer", told | {"CancelAnswer": _result(order)} | _words(order))]

    def _change(self, number: str, message: Group, refused: str) -> Said:
        head, found = _counted(message, "DrawBackList")
        key = (number, head["TaxOrgCode"], head["EntrustDate"], head["PackNo"])
        order = self._treasury.changed(key, found, head["AllAmt"], refused)
        counted = (str(len(found)), head["AllAmt"]) if order.state == DONE else ("0", "0.00")
        more = {"OriPackNo": key[3], "SuccNum": counted[0], "SuccAmt": counted[1]}
        return "9110", [("Answer", _answer(order, more))]

    def _find(self, _number: str, message: Group, _refused: str) -> Said:
        asked = message["Query"]
        key: Key = (asked["OriMsgNo"], asked["OriTaxOrgCode"], asked["OriEntrustDate"], asked["OriTraNo"])
        self._ground.effects.count(self._treasury.party, "transaction_asked", "/".join(key))
        order = self._treasury.orders.get((PAYMENT, *key[1:]) if asked.get("OriPackNo") else key)
        if order is None or order.pack != asked.get("OriPackNo", order.pack):
            return "9004", [("Found", {"Result": _NOT_DONE, "AddWord": "无此交易"})]
        told = {"Result": _DONE, "OpStat": order.state, "TraAmt": order.amount}
        return "9004", [("Found", told | ({"TaxVouNo": order.voucher} if order.voucher else {}) | _words(order))]

    def _again(self, number: str, message: Group, refused: str) -> Said:
        asked = message["CheckAgain"]
        key = AGAIN[number], asked["ChkDate"], asked["OriPackNo"]
        package, part = self._treasury.packages.get(key), int(asked["CurPackNo"])
        self._ground.effects.count(self._treasury.party, "asked_again", f"{asked['OriPackNo']}/{part}")
        if package is None or not 1 <= part <= len(package.parts) or refused:
            return "9120", [("MsgReturn", {"Result": _NOT_DONE, "AddWord": refused or "无此对账包"})]
        self._push(package, part)
        return "9120", [("MsgReturn", {"Result": _DONE})]

    # what is pushed

    def _push(self, package: Package, part: int) -> None:
        listed = [("CheckList", row) for row in package.parts[part - 1]]
        about = f"{package.number}/{part}"
        self._send("CheckPart", about, package.message, lambda: [("CheckHead", package.head(part)), *listed])

    def _send(self, message: str, about: str, number: str, blocks: Callable[[], list[tuple[str, Group]]]) -> None:
        party = self._treasury.party
        plan = self._ground.faults.take(party, message)
        body = document(number, self._serial(), "", self._day, blocks())
        write: Write = lambda _attempt: (f"/in/{party}", signed(party, body), {"Content-Type": MEDIA_TYPE})  # noqa: E731 - one line of data
        copies = 2 if "duplicate_reply" in plan else 1
        self._ground.pushes.send(Push(party, message, about, write, _answered, copies))

    # small parts

    @property
    def _day(self) -> str:
        return self._ground.today.replace("-", "")

    def _serial(self) -> str:
        return f"{self._day}{next(self._serials):012d}"

    def _reply(self, number: str, answers: str, blocks: list[tuple[str, Group]]) -> Reply:
        return Reply(document(number, self._serial(), answers, self._day, blocks), MEDIA_TYPE)

    def _refused(self, answers: str, code: str, words: str) -> Reply:
        return self._reply("9120", answers, [("MsgReturn", {"Result": code, "AddWord": words})])


def _line(package: Package) -> dict[str, str]:
    told = {"OriMsgNo": package.message, "OriPackNo": package.number, "AllNum": str(len(package.rows))}
    return told | {"AllAmt": total(package.rows), "ChildPackNum": str(len(package.parts))}


def _counted(message: Group, rows_of: str) -> tuple[Group, list[Group]]:
    """Head and rows of a package; DocumentError where its count or sum is not that of its rows."""
    head, found = message["BatchHead"], rows(message, rows_of)
    if len(found) > _MOST or head["AllNum"] != str(len(found)) or head["AllAmt"] != total(found):
        raise DocumentError(_NO_WORDS, "笔数或金额与明细不符")
    return head, found


def _result(order: Order) -> str:
    return _NOT_DONE if order.reason else _DONE


def _words(order: Order) -> dict[str, str]:
    return {"AddWord": order.reason} if order.reason else {}


def _answer(order: Order, more: Group) -> dict[str, str]:
    told = {"OriTaxOrgCode": order.key[1], "OriEntrustDate": order.key[2], "Result": _result(order)}
    return told | _words(order) | dict(more)


def _answered(status: int, _body: bytes) -> bool:
    """A check that was not taken was answered, too: it is not sent again before it is asked for."""
    return status < 500  # noqa: PLR2004 - the boundary of HTTP's own classes
