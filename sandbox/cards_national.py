"""The national electronic card: signNo, auth, esscNo, card data. A number serves the next step once (wire facts 4)."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.cards import BROKEN, Card, CardCentre, usable_first
from sandbox.cards_bus import BAR, DENIED, NOT_OPEN, BusError, broken, key_info, members, refused, told
from sandbox.faults import Fault, Voice, perform
from sandbox.http import Answer, Reply, Request
from sandbox.parties import secret_of

CHANNEL = "4300000001"
NOT_ISSUED = ("404", "该人员未签发电子社保卡")
STALE = ("410", "签发号或电子卡号无效")
LIFETIME = timedelta(minutes=5)
_KEY = ("aac002", "aac003", "esscNo")
_COLUMNS = ("AAB301", "AAZ500", "AAZ501", "AAC002", "AAC003", "AAZ502")
_SIGNED = ("aac002", "aac003", "aab301", "aac067", "isIndep", "returnUrl", "busiSeq")


@dataclass(frozen=True, slots=True)
class _Given:
    """A number that was given: about whom, in which business, until when."""

    id_number: str
    business: str
    until: datetime


class National(CardCentre):
    """The platform."""

    party = "card-national"

    def clear(self) -> None:
        """Forget what was seeded, and every number."""
        super().clear()
        self._numbers: dict[str, _Given] = {}

    def handle(self, request: Request) -> Answer:
        """Answer one step: HTTP 200 whatever came of it."""
        steps: Mapping[str, Callable[[Mapping[str, str]], Answer]] = {
            "SIGN": self._sign,
            "AUTH": self._auth,
            "0811015": self._card,
        }
        try:
            asked = members(request)
            if asked.get("channelNo") != CHANNEL or asked.get("secret") != secret_of(self.party):
                return refused(DENIED)
            step = steps.get(asked.get("serviceCode", ""))
            return refused(NOT_OPEN) if step is None else step(asked)
        except BusError as error:
            return broken(str(error))

    def _sign(self, asked: Mapping[str, str]) -> Answer:
        if any(name not in asked for name in _SIGNED) or not asked["aac002"]:
            raise BusError("签发参数不完整")

        def act() -> Reply:
            if not self.cards(asked):
                return refused(NOT_ISSUED)
            return told({"signNo": self._given("SN", asked["aac002"].upper(), asked["busiSeq"])})

        return self._step("Sign", act)

    def _auth(self, asked: Mapping[str, str]) -> Answer:
        def act() -> Reply:
            given = self._taken(asked.get("signNo", ""), asked)
            if given is None:
                return refused(STALE)
            return told({"esscNo": self._given("ES", given.id_number, given.business), "actionType": "009"})

        return self._step("Auth", act)

    def _card(self, asked: Mapping[str, str]) -> Answer:
        key = key_info(asked, _KEY)

        def found(cards: list[Card]) -> Reply:
            given = self._taken(key["esscNo"], asked)
            if given is None or given.id_number != key["aac002"].upper():
                return refused(STALE)
            if not cards:
                return refused(NOT_ISSUED)
            return told({"ReturnResult": BAR.join(usable_first(cards)[0][name] for name in _COLUMNS)})

        return self.look_up(key, Voice("utf-8", "gbk", _error), found)

    def _step(self, name: str, act: Callable[[], Reply]) -> Answer:
        return perform(self.ground.faults.take(self.party, name), Voice("utf-8", "gbk", _error), act)

    def _given(self, kind: str, id_number: str, business: str) -> str:
        number = f"{kind}{secrets.token_hex(12).upper()}"
        self._numbers[number] = _Given(id_number, business, self.ground.clock.now() + LIFETIME)
        return number

    def _taken(self, number: str, asked: Mapping[str, str]) -> _Given | None:
        """What a number stands for, which it does once, in time and in its own business."""
        given = self._numbers.pop(number, None)
        if given is None or given.business != asked.get("busiSeq") or self.ground.clock.now() > given.until:
            return None
        return given


def _error(fault: Fault) -> Reply:
    return refused(("500", str(fault.options.get("reason", BROKEN))))
