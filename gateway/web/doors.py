"""What only the doorways need: who may call, how they prove it, and the dialect of our own contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from gateway.mapping.contract_served import ServedContract
from gateway.security.assertions import AssertionCheck
from gateway.security.signing import SigningKey
from gateway.security.tokens import TokenIssuer
from gateway.security.wsse import UsernameCheck
from gateway.services.runtime import Runtime
from gateway.store.leases import ReplayGuard
from gateway.web.clients import Clients
from gateway.web.soap.operations import OPERATIONS

TOKEN_PATH = "/oauth2/token"  # noqa: S105 - the path of the endpoint, not a secret


@dataclass(frozen=True, slots=True)
class Doors:
    """Made once per process; `opened` puts the ordinary ones together."""

    tokens: TokenIssuer
    clients: Clients
    assertions: AssertionCheck
    usernames: UsernameCheck
    soap: ServedContract

    @classmethod
    def opened(cls, runtime: Runtime, keys: Sequence[SigningKey], folder: Path | None = None) -> Self:
        """The doors of a runtime.

        `keys`: of access tokens, the first one signs; `folder`: of the clients' files, VAR_DIR/clients by default.
        """
        settings = runtime.settings
        clients = Clients(folder or settings.var / "clients", settings.parties)
        replays = ReplayGuard(runtime.store)
        return cls(
            tokens=TokenIssuer(keys, settings.url),
            clients=clients,
            assertions=AssertionCheck((settings.url + TOKEN_PATH, settings.url), replays),
            usernames=UsernameCheck(clients.credential_of, replays),
            soap=ServedContract(tuple(OPERATIONS)),
        )
