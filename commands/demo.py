"""The demo's one enrolment, as any platform would make it: token, POST, following the case until it is complete."""

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from commands.bootstrap import Keys
from gateway.errors import GatewayError
from gateway.model.values import Month
from gateway.security.assertions import make_assertion
from gateway.security.signing import load_signing_keys
from gateway.settings import Settings

FINISHED = {"completed", "refused", "withdrawn", "needs_person", "unpaid"}
_TIMEOUT = 10
_TOKENS = "/oauth2/token"


@dataclass(frozen=True, slots=True)
class Api:
    """The gateway's REST API as one client sees it."""

    url: str
    token: str

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request; the answer's JSON, also where it is a problem document."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        data = None if body is None else json.dumps(body).encode()
        return _json(urllib.request.Request(self.url + path, data, headers, method=method))  # noqa: S310 - our own gateway


def fetch_token(settings: Settings, keys: Keys, client: str, at: str = "") -> str:
    """A bearer token from the running gateway, by the client's signed assertion (RFC 7523).

    `at`: the address that is asked, where that is not the one by which the outside, and so the assertion, knows it.
    """
    private = keys.of_client(client)
    if Path(client).name != client or not private.is_file():
        raise GatewayError("not_found", thing=f"client {client} with a key on this machine ({_here(keys)})")
    assertion = make_assertion(client, f"{settings.url}{_TOKENS}", load_signing_keys(private)[0], datetime.now(UTC))
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }
    data = urllib.parse.urlencode(form).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    asked = f"{at or settings.url}{_TOKENS}"
    answer = _json(urllib.request.Request(asked, data, headers, method="POST"))  # noqa: S310 - our own gateway
    if "access_token" not in answer:
        # What follows the catalogue's own words, which this error says again.
        refused = str(answer.get("detail", "no token was given"))
        raise GatewayError("invalid_client", reason=refused.partition("refused: ")[2] or refused)
    return str(answer["access_token"])


def _here(keys: Keys) -> str:
    names = ", ".join(sorted(key.stem for key in keys.of_client("any").parent.glob("*.pem")))
    return f"there are {names}" if names else "`make run` makes those of the demo"


def enrolment(now: datetime) -> dict[str, Any]:
    """A rider who works in Hangzhou and is registered in Hunan. The person is invented."""
    return {
        "worker": {
            "id_type": "resident_id",
            "id_number": "430102199503070019",
            "name": "湘小骑",
            "mobile": "13900001234",
        },
        "insurance": ["pension"],
        "choice": "workplace",
        "workplace_region": "330106",
        "registered_region": "430102",
        "contribution": {"grade": 60, "cycle": "monthly"},
        "start": str(Month.of(now)),
        "consent": {"reference": "consent-demo-1", "given_at": now.isoformat(timespec="seconds")},
    }


def enrolled_before(api: Api, worker: Mapping[str, Any]) -> str:
    """The enrolment with which the demo's worker began here: others of the platform, and later changes, are not it."""
    asked = {key: worker[key] for key in ("id_type", "id_number")}
    known = api.call("POST", "/v1/workers/search", asked)
    listed = api.call("GET", f"/v1/cases?worker={known['worker']}")["cases"]
    standing = [each for each in listed if each["status"] not in {"refused", "withdrawn"}]
    return str((standing or listed)[-1]["case"])


def follow(api: Api, case: str, seconds: float, say: Callable[[str], None]) -> dict[str, Any]:
    """Follow a case until it is finished or `seconds` have passed; each new line of its timeline is said once."""
    end, said = time.monotonic() + seconds, 0
    while True:
        view = api.call("GET", f"/v1/cases/{case}")
        if "timeline" not in view:
            raise GatewayError("unavailable", reason=str(view.get("detail", "the case cannot be followed")))
        for line in view["timeline"][said:]:
            say(f"    {line['at'][11:19]}  {line['text']}")
        said = len(view["timeline"])
        if view["status"] in FINISHED or time.monotonic() > end:
            return view
        time.sleep(0.2)


def _json(request: urllib.request.Request) -> dict[str, Any]:
    where = f"{request.type}://{request.host}"
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 - our own gateway
            body, status = answer.read(), answer.status
    except urllib.error.HTTPError as problem:
        with problem:
            body, status = problem.read(), problem.code
    except OSError as problem:
        reason = f"nothing answers at {where} ({problem}); start it with `make run`"
        raise GatewayError("unavailable", reason=reason) from None
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise GatewayError("unavailable", reason=f"{where} does not answer like a gateway (HTTP {status})")
    return document
