"""Card centre Hebei: service code and strings joined by bars; 35 columns answer (wire facts D8, 4)."""

from sandbox.cards import BROKEN, NONE, Card, CardCentre, usable_first
from sandbox.cards_bus import BAR, DENIED, NOT_OPEN, BusError, broken, key_info, members, refused, told
from sandbox.faults import Fault, Voice
from sandbox.http import Answer, Reply, Request
from sandbox.parties import USER, secret_of

BASICS = "0811014"
_KEY = ("aac002", "aac003", "aaz500")
# What stands in each of the 35 columns: an element of the card, or nothing that is of the card.
_COLUMNS = (
    *("BAC001", "", "AAC002", "AAC003", "AAC004", "", "AAC006"),
    *("AAZ500", "AAZ501", "AAZ502", "AAB301", "FKRQ", "YXQZ", "AAE008", "AAE010"),
    *("",) * 17,
    *("AAB301", "", ""),
)


class Hebei(CardCentre):
    """The card centre of Hebei."""

    party = "card-hebei"

    def handle(self, request: Request) -> Answer:
        """Answer one call: HTTP 200 whatever came of it."""
        try:
            asked = members(request)
            if asked.get("channel") != USER or asked.get("secret") != secret_of(self.party):
                return refused(DENIED)
            if asked.get("serviceCode") != BASICS:
                return refused(NOT_OPEN)
            return self.look_up(key_info(asked, _KEY), Voice("utf-8", "gbk", _error), _found)
        except BusError as error:
            return broken(str(error))


def _found(cards: list[Card]) -> Reply:
    """One card is answered: the one in use, else the newest."""
    if not cards:
        return refused(("404", NONE))
    return told({"ReturnResult": columns(usable_first(cards)[0])})


def columns(card: Card) -> str:
    """The 35 columns of a card; days have eight digits here."""
    number = card["AAC002"]
    more = {"BAC001": f"13{sum(map(ord, number)):08d}", "AAC004": "1" if int(number[16]) % 2 else "2"}
    days = {name: card[name][:8] for name in ("FKRQ", "YXQZ")}
    row = {**card, **more, "AAC006": number[6:14], **days, "": ""}
    return BAR.join(row[name] for name in _COLUMNS)


def _error(fault: Fault) -> Reply:
    return refused(("500", str(fault.options.get("reason", BROKEN))))
