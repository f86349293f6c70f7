"""Messages between the gateway and social security card centres (wire facts, section 4)."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from gateway.model.codes import CardState
from gateway.model.person import Identity
from gateway.model.shape import PERSONAL, Doc, Text
from gateway.model.values import Region


@dataclass(frozen=True, slots=True)
class FindCard:
    """Asks whether the person has a card here, in which state, with which account (查询社保卡)."""

    person: Identity


@dataclass(frozen=True, slots=True)
class CardFound:
    """Answer to FindCard. Numbers are told apart by their shape, not by the name of the field they came in."""

    found: Annotated[bool, Doc("Whether there is a card.", "是否持卡")]
    card_number: Annotated[
        str | None,
        Text(max=9, min=9, pattern=r"[A-Z][A-Z0-9][0-9]{7}", form="a letter, a letter or digit, 7 digits"),
        PERSONAL,
    ] = None
    state: Annotated[CardState | None, Doc("State of the card.", "卡状态")] = None
    region: Annotated[Region | None, Doc("Where it was issued.", "发卡地")] = None
    valid_to: Annotated[date | None, Doc("Last day it is valid.", "有效期至")] = None
    bank: Annotated[str | None, Text(max=100), Doc("Bank of the account.", "服务银行")] = None
    account: Annotated[str | None, Text(max=32), PERSONAL, Doc("Account benefits are paid to.", "金融账号")] = None
