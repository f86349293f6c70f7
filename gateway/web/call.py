"""One request on its way through a doorway."""

from dataclasses import dataclass
from typing import NoReturn

from flask import Request

from gateway.errors import GatewayError
from gateway.services.runtime import Runtime
from gateway.web.caller import Caller
from gateway.web.doors import Doors
from gateway.web.language import language_of


@dataclass(slots=True)
class Call:
    """What a handler is given. `id` names the request in journal, logs and problems; `name` is the resource's.

    `proved`, `case`: for the access log, the sender where no token tells it, and the case that the request made.
    """

    runtime: Runtime
    doors: Doors
    request: Request
    id: str
    name: str
    identified: Caller | None = None
    proved: str = ""
    case: str = ""

    @property
    def caller(self) -> Caller:
        """Who calls; only resources that need no token have nobody."""
        return self.identified or _nobody()

    @property
    def client(self) -> str:
        """The id of who calls, empty while nobody has proved to be anybody."""
        return self.identified.client if self.identified else self.proved

    @property
    def language(self) -> str:
        """The caller's language, "zh" or "en"."""
        return language_of(self.header("ACCEPT_LANGUAGE"))

    def header(self, name: str) -> str:
        """A request header by its WSGI name, empty where it is absent."""
        value: str = self.request.environ.get(f"HTTP_{name}", "")
        return value

    @property
    def content_type(self) -> str:
        """The Content-Type of the body, empty where none is named."""
        value: str = self.request.environ.get("CONTENT_TYPE", "")
        return value


def _nobody() -> NoReturn:
    raise GatewayError("authentication_needed", reason="send a bearer token")
