"""Card centres, and Hubei's: Axis2, string parameters by position, answers without a root (wire facts D5, 4)."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from sandbox import envelope
from sandbox.envelope import EnvelopeError
from sandbox.faults import Fault, Voice, perform
from sandbox.ground import Ground
from sandbox.http import Answer, Reply, Request
from sandbox.parties import USER, secret_of

NS = "http://ws.apache.org/axis2"
XML = "text/xml;charset=UTF-8"
PARAMETERS = {
    "getAC01": ("user", "pass", "aaz500", "aac002"),
    "getCard": ("user", "pass", "aac002", "aac003"),
    "getAZ03": ("user", "pass", "aac002", "aac003"),
}
NONE = "未找到该人员的社会保障卡信息"
BROKEN = "系统异常，请联系管理员"
IN_USE = "1"
# Which card a person has follows from digits 15 to 17 of the identity number, unless one was seeded.
NO_CARD, LOST, TWO_CARDS, SWAPPED, EXPIRED = "999", "998", "997", "996", "995"


Card = dict[str, str]


class CardCentre(ABC):
    """The cards that one centre knows of, and the scripts that play when they are looked up."""

    party = ""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.clear()

    @abstractmethod
    def handle(self, request: Request) -> Answer:
        """Answer one call."""

    def clear(self) -> None:
        """Forget what was seeded."""
        self._seeded: dict[str, list[Card]] = {}

    def seed(self, id_number: str, cards: list[Mapping[str, Any]]) -> None:
        """Give a person these cards: elements of the answer over an ordinary card; an empty list for no card."""
        self._seeded[id_number] = [{**card_of(id_number), **{k: str(v) for k, v in card.items()}} for card in cards]

    def shown(self) -> dict[str, Any]:
        """What was seeded, for the control state."""
        return dict(self._seeded)

    def look_up(self, asked: Mapping[str, str], voice: Voice, said: Callable[[list[Card]], Reply]) -> Answer:
        """Answer a question about a person's cards (`aac002`, `aac003`, `aaz500`) as the scripts will have it."""
        plan = self.ground.faults.take(self.party, "FindCard")
        self.ground.effects.count(self.party, "card_looked_up", asked["aac002"])

        def act() -> Reply:
            found = [] if "effect_missing" in plan else self.cards(asked)
            return said(found * (2 if "duplicate_reply" in plan else 1))

        return perform(plan, voice, act)

    def cards(self, asked: Mapping[str, str]) -> list[Card]:
        """The cards of a person, the newest first; only the one of the number `aaz500` where that is asked for."""
        id_number = asked["aac002"].upper()
        found = self._seeded.get(id_number)
        if found is None:
            found = by_rule(id_number)
        named = [{**card, "AAC003": card.get("AAC003") or asked.get("aac003", "")} for card in found]
        return [card for card in named if asked.get("aaz500", "") in ("", card["AAZ500"])]


class Hubei(CardCentre):
    """The card centre of Hubei."""

    party = "card-hubei"

    def handle(self, request: Request) -> Answer:
        """Answer one call."""
        try:
            read = envelope.read(request.body, ())
        except EnvelopeError as error:
            return _fault(str(error))
        names = PARAMETERS.get(read.name)
        if names is None or envelope.namespace(read.operation) != NS:
            return _fault("The endpoint reference (EPR) for the Operation not found")
        values = [child.text or "" for child in read.operation]
        if len(values) != len(names):
            return _fault("wrong number of arguments")
        return self._perform(read.name, dict(zip(names, values, strict=True)))

    def _perform(self, operation: str, asked: Mapping[str, str]) -> Answer:
        if asked["user"] != USER or asked["pass"] != secret_of(self.party):
            return _said(operation, "<ERR>用户名或密码错误</ERR>")

        def error(fault: Fault) -> Reply:
            return _said(operation, f"<ERR>{escape(str(fault.options.get('reason', BROKEN)))}</ERR>")

        return self.look_up(asked, Voice("utf-8", "gbk", error), lambda found: _said(operation, _fragment(found)))


def usable_first(cards: list[Card]) -> list[Card]:
    """The cards, one that is in use before all others."""
    return sorted(cards, key=lambda card: card["AAZ502"] != IN_USE)


def by_rule(id_number: str) -> list[Card]:
    """The cards of a person nobody seeded."""
    card, rule = card_of(id_number), id_number[14:17]
    if rule == NO_CARD or not id_number:
        return []
    if rule == LOST:
        card["AAZ502"] = "2"
    if rule == SWAPPED:
        card["AAZ500"], card["AAZ501"] = card["AAZ501"], card["AAZ500"]
    if rule == EXPIRED:
        card["YXQZ"] = "20200301000000"
    if rule == TWO_CARDS:
        return [{**card, "AAZ500": "HN" + card["AAZ500"][2:]}, {**card, "AAZ502": "9", "YXQZ": "20240301000000"}]
    return [card]


def card_of(id_number: str) -> Card:
    """An ordinary card, its numbers made from the identity number."""
    serial = sum(int(char, 36) * 37**place for place, char in enumerate(id_number)) % 10**8
    return {
        "AAZ500": f"C{serial:08d}",
        "AAZ501": f"{id_number[:4] or '0000'}00D156000005{serial:016X}"[:32],
        "AAC002": id_number,
        "AAB301": f"{id_number[:4]}00",
        "AAZ502": "1",
        "FKRQ": "20240301000000",
        "YXQZ": "20440301000000",
        "AAE008": "中国示例银行",
        "AAE010": f"62000000{serial:011d}",
    }


def _fragment(cards: list[Card]) -> str:
    if not cards:
        return f"<ERR>{NONE}</ERR>"
    rows = ["".join(f"<{name}>{escape(value)}</{name}>" for name, value in card.items()) for card in cards]
    return "<ERR>OK</ERR>" + (rows[0] if len(rows) == 1 else "".join(f"<ROW>{row}</ROW>" for row in rows))


def _said(operation: str, text: str) -> Reply:
    typed = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xsd:string"'
    inner = f'<ns:return {typed} xmlns:xsd="http://www.w3.org/2001/XMLSchema">{escape(text)}</ns:return>'
    return Reply(envelope.write(f'<ns:{operation}Response xmlns:ns="{NS}">{inner}</ns:{operation}Response>'), XML)


def _fault(text: str) -> Reply:
    return Reply(envelope.write(envelope.fault("Server", text)), XML, 500)
