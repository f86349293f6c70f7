"""Links in answers where the outside reaches the gateway below a path: PUBLIC_URL `https://host/prefix`.

Answers are made, kept and repeated with the paths of the gateway itself; the prefix is put before them on the way out,
so that a link followed from the address of its answer (RFC 3986, section 5) leads back through the same proxy.
"""

from typing import Any
from urllib.parse import urlsplit

import msgspec
from flask import Response

_JSON = "application/json"
_OURS = "/v1/"


def prefix_of(public_url: str) -> str:
    """The path below which the outside sees us, "" where that is the root."""
    return urlsplit(public_url).path.rstrip("/")


def led_back(response: Response, prefix: str) -> Response:
    """The answer with `prefix` before each link in it: the values under `links`, and `href`."""
    if prefix and response.content_type == _JSON:
        response.set_data(msgspec.json.encode(_led_back(msgspec.json.decode(response.get_data()), prefix)))
    return response


def _led_back(value: Any, prefix: str, *, link: bool = False) -> Any:
    if isinstance(value, dict):
        return {name: _led_back(each, prefix, link=link or name in ("links", "href")) for name, each in value.items()}
    if isinstance(value, list):
        return [_led_back(each, prefix) for each in value]
    return prefix + value if link and isinstance(value, str) and value.startswith(_OURS) else value
