"""Flask's own part of an exchange: a route that takes a document and answers with as many bytes, called by WSGI."""

import io

from flask import Flask, Response, request


class FlaskEcho:
    """An application that does nothing else."""

    def __init__(self) -> None:
        self._app = Flask(__name__)
        self._app.add_url_rule("/soap/gateway", view_func=_echo, methods=["POST"])

    def __call__(self, body: bytes) -> bytes:
        """Send a document and take the answer."""
        environ = {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/soap/gateway",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "text/xml; charset=utf-8",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
        }
        return b"".join(self._app.wsgi_app(environ, lambda *_: lambda _: None))


def _echo() -> Response:
    return Response(request.get_data(cache=False), content_type="text/xml; charset=utf-8")
