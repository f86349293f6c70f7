"""The platform's side: tokens, requests that are repeated until they are answered, cases that are followed."""

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from commands.bootstrap import Keys
from gateway.security.assertions import make_assertion
from gateway.security.signing import load_signing_keys

PATIENCE = 120.0
_ONE_CALL = 20.0
_LOOK_AGAIN = 0.03
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Answer:
    """What came back, with the bytes as they came."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    document: Any

    @property
    def come_again(self) -> bool:
        """Whether it says that the same request may be answered later."""
        return "Retry-After" in self.headers


class Caller:
    """One client of the gateway. `on_silence`: called where nobody answers, before the next try."""

    def __init__(self, url: str, public_url: str, var: Path, now: Callable[[], datetime], client: str) -> None:
        self.url = url
        self.client = client
        self._endpoint = f"{public_url}/oauth2/token"
        self._key = load_signing_keys(Keys(var).of_client(client))[0]
        self._now = now
        self._token = ""
        self.on_silence: Callable[[], None] = lambda: None

    def sign_out(self) -> None:
        """Take a new token before the next request."""
        self._token = ""

    def at(self, url: str) -> "Caller":
        """The same client at another gateway."""
        other = object.__new__(Caller)
        other.__dict__.update(self.__dict__ | {"url": url})
        return other

    def once(self, method: str, path: str, body: Any = None, key: str | None = None) -> Answer:
        """One request; requests.ConnectionError where nobody answers it."""
        headers = {"Authorization": f"Bearer {self._token}", "Accept-Language": "en"}
        if body is not None:
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        reply = requests.request(method, self.url + path, json=body, headers=headers, timeout=_ONE_CALL)
        document = reply.json() if reply.content and "json" in reply.headers.get("Content-Type", "") else None
        return Answer(reply.status_code, reply.headers, reply.content, document)

    def call(self, method: str, path: str, body: Any = None, key: str | None = None) -> Answer:
        """The answer to a request, repeated under the same key while it is not answered for good."""
        key = key or str(uuid.uuid4())
        pause = threading.Event()
        for _ in range(int(PATIENCE / _LOOK_AGAIN)):
            try:
                answer = self.once(method, path, body, key) if self._token else None
            except (requests.ConnectionError, requests.Timeout):
                answer = None
            else:
                if (answer is None or answer.status == 401) and self._signed_in():
                    continue
            if answer is not None and answer.status != 401 and not answer.come_again:
                return answer
            self.on_silence()
            pause.wait(_LOOK_AGAIN)
        raise AssertionError(f"{method} {path} was not answered within {PATIENCE} s")

    def _signed_in(self) -> bool:
        """Take a token; False where nobody gives one."""
        assertion = make_assertion(self.client, self._endpoint, self._key, self._now())
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": assertion,
        }
        try:
            reply = requests.post(f"{self.url}/oauth2/token", data=form, timeout=_ONE_CALL)
        except (requests.ConnectionError, requests.Timeout):
            return False
        assert reply.ok or "Retry-After" in reply.headers, reply.text
        self._token = reply.json()["access_token"] if reply.ok else ""
        return reply.ok
