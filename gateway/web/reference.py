"""What callers read: the OpenAPI document, and one page that shows it without anything from elsewhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import msgspec
from flask import Response, current_app

from gateway.errors import KINDS
from gateway.web import openapi as description
from gateway.web.call import Call
from gateway.web.links import prefix_of
from gateway.web.resource import Resource, entrance
from gateway.web.soap.operations import OPERATIONS

PUBLISHED = "gateway published"

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;"
    "vertical-align:top}code{background:#f2f2f2}"
)
_PAGE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Published:
    """The two documents as they are served."""

    openapi: bytes
    page: bytes


def published(resources: Sequence[Resource], base: str) -> Published:
    """Make both documents, once per application."""
    made = description.document(resources, base)
    return Published(msgspec.json.encode(made), _page(made, base).encode())


@entrance("GET /openapi.json", "open")
def openapi(call: Call) -> Response:  # noqa: ARG001 - every handler is given its call
    """Describe the REST interface in OpenAPI 3.1."""
    return Response(_published().openapi, content_type="application/json")


@entrance("GET /docs", "open")
def docs(call: Call) -> Response:  # noqa: ARG001 - as above
    """Show routes, fields and errors on one page."""
    return Response(_published().page, headers=_PAGE, content_type="text/html; charset=utf-8")


def _published() -> Published:
    made: Published = current_app.extensions[PUBLISHED]
    return made


def _page(made: dict[str, Any], base: str) -> str:
    below = escape(prefix_of(base))
    parts = [
        f"<h1>{escape(made['info']['title'])}</h1><p>{escape(made['info']['description'])}</p>",
        f'<p>Machines: <a href="{below}/openapi.json">OpenAPI</a>, <a href="{below}/soap/gateway?wsdl">WSDL</a>.</p>',
        "<h2>REST</h2>",
        _table(("route", "scope", "body", "does"), _routes(made)),
        "<h2>Webhooks</h2>",
        _table(("webhook", "body", "does"), _webhooks(made)),
        "<h2>SOAP at <code>/soap/gateway</code></h2>",
        _table(("operation", "scope"), ((each.name, each.scope) for each in OPERATIONS.values())),
        *(_fields(name, schema) for name, schema in made["components"]["schemas"].items()),
        "<h2>Errors</h2>",
        _errors(),
    ]
    head = f'<meta charset="utf-8"><title>{escape(made["info"]["title"])}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>'


def _routes(made: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            (scopes,) = (scopes for each in operation["security"] for scopes in each.values())
            takes = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            name = takes.get("schema", {}).get("$ref", "").rpartition("/")[2]
            yield f"{method.upper()} {path}", ", ".join(scopes), name, operation["summary"]


def _webhooks(made: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, methods in made["webhooks"].items():
        for method, told in methods.items():
            schema = told["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            does = f"{told['summary']} {told['description']}"
            yield f"{method.upper()} {name}", schema.rpartition("/")[2], does


def _fields(name: str, schema: dict[str, Any]) -> str:
    heading = f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{escape(schema.get("description", ""))}</p>'
    if "enum" in schema:
        return heading + f"<p>{escape(', '.join(schema['enum']))}</p>"
    required = schema.get("required", ())
    rows = (
        (field, _type(each), "required" if field in required else "", each.get("description", ""))
        for field, each in schema.get("properties", {}).items()
    )
    return heading + _table(("field", "type", "", "meaning"), rows)


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    kind = schema.get("type", "")
    if kind == "array":
        return f"list of {_type(schema['items'])}"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _errors() -> str:
    rows = "".join(
        f'<tr id="{kind.code}"><td><code>{kind.code}</code></td><td>{kind.status}</td><td>{kind.side}</td>'
        f"<td>{'yes' if kind.retry_safe else 'no'}</td><td>{escape(kind.en)}<br>{escape(kind.zh)}</td></tr>"
        for kind in KINDS.values()
    )
    head = "".join(f"<th>{title}</th>" for title in ("code", "status", "side", "safe to repeat", "text"))
    return f"<table><tr>{head}</tr>{rows}</table>"


def _table(titles: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"
