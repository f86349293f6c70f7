"""How the content of a `tiripPackage` is packed: `contentControl` lists the steps in order (wire facts, 3.2 B)."""

import base64
import binascii
import zlib
from collections.abc import Iterable, Mapping, Sequence

from gateway.mapping.syntax import unreadable

_LARGEST = 4 << 20
_ZIP, _CODE = "zip:Zlib", "code:Base64"


def steps_of(controls: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """The steps, such as `zip:Zlib`, by their `id`; GatewayError where one is not agreed."""
    told = sorted(((_number(each.get("id", "")), each) for each in controls), key=lambda pair: pair[0])
    if len({number for number, _ in told}) != len(told):
        raise unreadable("two steps of packing have one id")
    steps = tuple(f"{each.get('type', '').strip()}:{each.get('impl', '').strip()}" for _, each in told)
    _check(steps)
    return steps


def packed(text: str, steps: Sequence[str]) -> str:
    """`text` after every step; GatewayError where one is not agreed, or the last leaves bytes that are no text."""
    _check(steps)
    body = text.encode()
    for step in steps:
        body = zlib.compress(body) if step == _ZIP else base64.b64encode(body)
    return body.decode()


def unpacked(text: str, steps: Sequence[str]) -> bytes:
    """What was packed by `steps`; GatewayError where it was not, is cut off, or unfolds beyond the limit."""
    body = text.encode()
    for step in reversed(steps):
        body = _inflated(body) if step == _ZIP else _decoded(body)
    return body


def _check(steps: Sequence[str]) -> None:
    for step in steps:
        if step.startswith("crypt:"):
            raise unreadable(f"the content is encrypted ({step}), and no key is agreed: have it sent as zip and code")
        if step not in (_ZIP, _CODE):
            raise unreadable(f"the content is packed by {step[:60]}, which nobody knows; known: {_ZIP}, {_CODE}")
    if _ZIP in steps and steps[-1] != _CODE:
        raise unreadable("zip leaves bytes, so code Base64 has to be the last step")


def _number(text: str) -> int:
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) < 4):  # noqa: PLR2004 - a few steps at most
        raise unreadable("the id of a step of packing is not a number")
    return int(plain)


def _decoded(body: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error:
        raise unreadable("the content is not Base64") from None


def _inflated(body: bytes) -> bytes:
    engine = zlib.decompressobj()
    try:
        made = engine.decompress(body, _LARGEST)
    except zlib.error:
        raise unreadable("the content is not packed by Zlib") from None
    if not engine.eof:
        raise unreadable("what is packed is cut off or too large")
    return made
