"""What a dialect reads of a request beside its body."""

from typing import Any
from urllib.parse import quote

from gateway.web.call import Call


def headers_of(call: Call, path: str = "") -> dict[str, str]:
    """The headers in lower case; `:query`, the query string as it came; `:path`, what follows the party's address.

    `path`: what of the address stands behind the party, unquoted. Without it there is no `:path`.
    """
    query = call.request.query_string.decode("latin-1")
    given: dict[str, Any] = {name.lower(): value for name, value in call.request.headers.items()}
    behind = {":path": quote(f"/{path}") + (f"?{query}" if query else "")} if path else {}
    return {**given, ":query": query, **behind}
