"""What a service bus of cards says around its answers: a code in a text, a message, data (wire facts D8, 4)."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.http import Reply, Request

JSON = "application/json;charset=UTF-8"
DENIED, NOT_OPEN = ("401", "渠道或密钥错误"), ("403", "服务编码未授权")
BAR = "|"


class BusError(ValueError):
    """What came is no call of the bus: the text says why."""


def members(request: Request) -> dict[str, str]:
    """The members of a call, all of them texts; BusError."""
    try:
        found = json.loads(request.body)
    except ValueError:
        raise BusError("报文不是JSON") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise BusError("报文格式错误")
    return found


def key_info(asked: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """The parts of `keyInfo` by name; BusError where there are not as many."""
    parts = asked.get("keyInfo", "").split(BAR)
    if len(parts) != len(names):
        raise BusError("keyInfo格式错误")
    return dict(zip(names, parts, strict=True))


def told(data: Mapping[str, Any]) -> Reply:
    """Success."""
    return refused(("200", "成功"), data)


def refused(said: tuple[str, str], data: Mapping[str, Any] | None = None) -> Reply:
    """What is not."""
    document = {"statusCode": said[0], "message": said[1], "data": data or {}}
    return Reply(json.dumps(document, ensure_ascii=False).encode(), JSON)


def broken(reason: str) -> Reply:
    """Not an answer."""
    return refused(("500", f"系统异常：{reason}"))
