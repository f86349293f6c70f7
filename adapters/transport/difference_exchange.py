"""Files of differences, and the answers to them, at a levy exchange (docs/protocols/levy-exchange.md, section 3.9)."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from adapters.transport.exchange import Answer, Call, UnansweredError, UnsentError
from adapters.transport.http import PATH, HttpTransport
from gateway.errors import GatewayError
from gateway.ports import Document, Now, RemoteFile

API = "/v1/differences"
WAITING, TAKEN = f"{API}/answers/query", f"{API}/answers/taken"
_SECONDS = timedelta(seconds=30)
_OK, _NONE = 200, ("404", "405")
_USER = "gateway"
_JSON = "application/json;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class ExchangeOutlet:
    """Files are uploaded to a levy exchange, and answers fetched from it."""

    party: str
    transport: HttpTransport
    secret: str
    now: Now
    way: str = "http"

    def send(self, name: str, body: bytes) -> str:
        """Upload a file; the number under which it was received. GatewayError as of Outlet."""
        told = {"wjm": name, "wjzy": hashlib.sha256(body).hexdigest(), "wjnr": base64.b64encode(body).decode()}
        code, words, said = self.asked(API, told)
        if code != "0" or not (number := str(said.get("hzbh") or "")):
            raise GatewayError("differences_not_taken", party=self.party, reason=f"{code} {words}")
        return number

    def asked(self, api: str, told: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any]]:
        """What the exchange answers to a call: its code, its words and its body; GatewayError `unavailable`."""
        number = secrets.token_hex(16)
        stamp = {"timestamp": int(self.now().timestamp() * 1000), "api": api}
        document = json.dumps({"head": {"requestId": number, **stamp}, "body": dict(told)}).encode()
        sign = hmac.new(self.secret.encode(), document, hashlib.sha256).hexdigest()
        query = {"requestId": number, "clientVersion": "1.0", "appId": _USER, "sign": sign}
        sent = Document(document, _JSON, {PATH: f"{api}?{urlencode(query)}"})
        try:
            return self._read(self.transport.post(sent, Call("Differences", self.now() + _SECONDS)))
        except (UnsentError, UnansweredError) as error:
            raise GatewayError("unavailable", reason=f"{self.party}: {error}") from None

    def _read(self, answer: Answer) -> tuple[str, str, Mapping[str, Any]]:
        try:
            document = json.loads(answer.body)
            code, words = str(document["head"]["errorCode"]), str(document["head"].get("message", ""))
            body = document["body"] if code == "0" else {}
        except (ValueError, LookupError, TypeError):
            body, code, words = None, "", ""
        if not isinstance(body, dict):
            raise GatewayError("unavailable", reason=f"{self.party} gave no answer that can be read")
        if answer.status != _OK or code.startswith("5"):
            raise GatewayError("unavailable", reason=f"{self.party}: {answer.status} {code}")
        return code, words[:200], body


@dataclass(frozen=True, slots=True)
class ExchangeAnswers:
    """The answers that an exchange has ready for us; one stays until we say that we have it."""

    line: ExchangeOutlet

    def waiting(self) -> Sequence[RemoteFile]:
        """Their names and sizes; none where the exchange has no such call. GatewayError `unavailable`."""
        code, words, said = self.line.asked(WAITING, {})
        if code in _NONE:
            return ()
        return [_listed(self.line.party, each) for each in self._body(code, words, said).get("dfGrid", ())]

    def read(self, file: RemoteFile, start: int) -> Iterable[bytes]:
        """The bytes from `start` on; GatewayError `unavailable` where they are not those that were announced."""
        said = self._body(*self.line.asked(WAITING, {"wjm": file.name}))
        try:
            body = base64.b64decode(str(said["wjnr"]), validate=True)
            whole = hashlib.sha256(body).hexdigest() == said["wjzy"]
        except (LookupError, binascii.Error):
            body, whole = b"", False
        if not whole:
            raise GatewayError("unavailable", reason=f"{self.line.party}: {file.name} did not come whole")
        yield body[start:]

    def put_away(self, file: RemoteFile) -> bool:
        """Say that we have it; False where the exchange goes on offering it: the same again is the same answer."""
        code, _, _ = self.line.asked(TAKEN, {"wjm": file.name})
        return code == "0"

    def _body(self, code: str, words: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
        if code != "0":
            raise GatewayError("unavailable", reason=f"{self.line.party}: {code} {words}")
        return said


def answers_of(outlet: ExchangeOutlet) -> Callable[[], AbstractContextManager[ExchangeAnswers]]:
    """How to open the place where an exchange leaves its answers."""
    return partial(_opened, outlet)


@contextmanager
def _opened(outlet: ExchangeOutlet) -> Iterator[ExchangeAnswers]:
    yield ExchangeAnswers(outlet)


def _listed(party: str, row: Any) -> RemoteFile:
    try:
        return RemoteFile(str(row["wjm"]), int(row["wjdx"]), 0)
    except (LookupError, TypeError, ValueError):
        raise GatewayError("unavailable", reason=f"{party} lists an answer without name or size") from None
