"""Flask without what no request here has: a session, hooks around it, a host that its route depends on.

Looking for these was a good part of what Flask costs for a request (decision 0039). Where somebody adds a hook, the
library's own way is taken again.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, Request, Response
from flask.sessions import NullSession, SecureCookieSessionInterface
from werkzeug.routing import MapAdapter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class _NoSessions(SecureCookieSessionInterface):
    """There are none: who calls is told by a token."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002 - as the library calls it
        """The one that takes nothing in and is not kept."""
        return self._none


class LeanResponse(Response):
    """An answer whose body is bytes that are there, with a status that has a body and an address that is whole."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """As the server takes it: nothing about it depends on the request, but for HEAD."""
        if environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        start_response(self.status, self.headers.to_wsgi_list())
        return self.iter_encoded()


class LeanFlask(Flask):
    """The application. Its routes are told apart by path and method; addresses of ours come from PUBLIC_URL."""

    session_interface = _NoSessions()

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """The routes for a request; what host it names is not looked at."""
        if request is None:
            return super().create_url_adapter(None)
        asked = request.root_path, "", request.scheme, request.path, request.method
        return MapAdapter(self.url_map, "", *asked, request.environ.get("QUERY_STRING", ""))

    def full_dispatch_request(self) -> Response:
        """The answer of the view, or what an error handler makes of its failure."""
        if self.before_request_funcs or self.after_request_funcs or self.url_value_preprocessors:
            return super().full_dispatch_request()
        try:
            given = self.dispatch_request()
        except Exception as problem:  # noqa: BLE001 - as the library does; what no handler takes is raised again
            given = self.handle_user_exception(problem)
        return self.make_response(given)
