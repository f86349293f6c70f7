"""One address for all gateways on a database: tokens name it, and one gateway refuses those that name another's."""

import logging
from datetime import timedelta

from gateway.errors import GatewayError
from gateway.services.runtime import Runtime
from gateway.store import leases
from gateway.store.work import LockTimeoutError

log = logging.getLogger(__name__)

_US, _KEY = "gateway", "public_url"
_KEPT = timedelta(days=3650)


def announce_address(runtime: Runtime) -> str | None:
    """Keep this gateway's PUBLIC_URL; the other one that the gateway started before it gave, where it gave another.

    A move to another address is one such start, so it is warned of and not refused. A database that does not answer yet
    stops no start either: `/health/ready` says so.
    """
    mine = runtime.settings.url
    try:
        with runtime.store.work("address") as tx:
            before = leases.session(tx, _US, _KEY)
            leases.keep_session(tx, _US, _KEY, mine, tx.now + _KEPT)
    except (GatewayError, LockTimeoutError) as problem:
        log.warning("PUBLIC_URL could not be compared with that of other gateways: %s", problem)
        return None
    if before in (None, mine):
        return None
    log.warning(
        "PUBLIC_URL is %s here and was %s at the gateway that started last: where both run, each refuses the tokens of "
        "the other; give every gateway behind one address the same PUBLIC_URL and restart it",
        mine,
        before,
    )
    return before
