"""The OpenAPI 3.1 document, made from the table of routes and the canonical records."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from gateway.mapping.schema_json import COMPONENTS, json_schema
from gateway.model.platform import CaseChanged
from gateway.web.answer_schemas import SCHEMAS
from gateway.web.doors import TOKEN_PATH
from gateway.web.problems import MEDIA_TYPE
from gateway.web.resource import Resource

_PARAMETER = re.compile(r"<(\w+)>")
_LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "schema": {"type": "string"},
    "description": "`zh` for Chinese; anything else is answered in English.",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "One new value per request, the same value on every repetition; kept for 30 days.",
}
_REPLAYED = {
    "Idempotency-Replayed": {"schema": {"type": "string"}, "description": "`true` where it was answered before."}
}
_CASE_CHANGED = {
    "operationId": "case_changed",
    "summary": "Be told of a change of a case, where a receiver of yours is registered with us.",
    "description": "Standard Webhooks 1.0.0, signed with Ed25519 over id, timestamp and body. At least once (the same "
    "webhook-id may come again) and in order per case; tried for three days.",
    "security": [],
    "parameters": [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": meaning}
        for name, meaning in (
            ("webhook-id", "The same on every try: drop what you know."),
            ("webhook-timestamp", "When this try was signed, in seconds since 1970: refuse one that is minutes old."),
            ("webhook-signature", "`v1a,` and the signature in base64; several with blanks between while keys change."),
        )
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": COMPONENTS + CaseChanged.__name__}}},
    },
    "responses": {
        "2XX": {"description": "Delivered. Nothing but the status counts."},
        "410": {"description": "Not wanted: this one is given up."},
        "default": {"description": "Tried again, not before what Retry-After says."},
    },
}


def document(resources: Sequence[Resource], base: str) -> dict[str, Any]:
    """The document for the routes that a bearer token opens; `base` is our public address."""
    guarded = [each for each in resources if each.proof == "token"]
    paths: dict[str, Any] = {}
    for each in guarded:
        paths.setdefault(_PARAMETER.sub(r"{\1}", each.rule), {})[each.method.lower()] = _operation(each)
    records = [each.takes for each in guarded if each.takes is not None]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Social insurance gateway",
            "version": "1",
            "description": "Enrol workers where they work or where they are registered, and follow each case. "
            "Money is decimal yuan as a string; months are YYYY-MM; regions follow GB/T 2260.",
        },
        "servers": [{"url": base}],
        "paths": paths,
        "webhooks": {"caseChanged": {"post": _CASE_CHANGED}},
        "components": {
            "schemas": json_schema([*records, CaseChanged]) | dict(SCHEMAS),
            "securitySchemes": {"client": _security(guarded, base)},
        },
    }


def _operation(resource: Resource) -> dict[str, Any]:
    status, _ = resource.gives
    made: dict[str, Any] = {
        "operationId": resource.name,
        "summary": resource.summary,
        "description": f"For callers of kind: {', '.join(sorted(resource.kinds))}.",
        "security": [{"client": [resource.scope]}],
        "parameters": _parameters(resource),
        "responses": {
            str(status): _answer(resource),
            "default": {"description": "A problem (RFC 9457).", "content": {MEDIA_TYPE: _schema("Problem")}},
        },
    }
    if resource.takes is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": _schema(resource.takes.__name__)}}
    if resource.media:
        made["requestBody"] = {"required": True, "content": {resource.media: {}}}
    return made


def _answer(resource: Resource) -> dict[str, Any]:
    status, schema = resource.gives
    headers = {"headers": _REPLAYED} if status == HTTPStatus.ACCEPTED else {}
    # What is no schema of ours is a file of these media types.
    files = {media: {"schema": {"type": "string"}} for media in schema.split() if "/" in media}
    content = files or {"application/json": _schema(schema)}
    return {"description": HTTPStatus(status).phrase, "content": content, **headers}


def _parameters(resource: Resource) -> list[dict[str, Any]]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(resource.rule)
    ]
    query = [{"name": name, "in": "query", "schema": dict(schema)} for name, schema in resource.query.items()]
    return [*path, *query, *([_KEY] if resource.method == "POST" else []), _LANGUAGE]


def _schema(name: str) -> dict[str, Any]:
    return {"schema": {"$ref": COMPONENTS + name}}


def _security(guarded: Sequence[Resource], base: str) -> dict[str, Any]:
    scopes = {each.scope: "" for each in guarded}
    for each in guarded:
        scopes[each.scope] = "; ".join(filter(None, (scopes[each.scope], each.summary)))
    return {
        "type": "oauth2",
        "description": "Client credentials, the client proved by a signed assertion (RFC 7523).",
        "flows": {"clientCredentials": {"tokenUrl": base + TOKEN_PATH, "scopes": scopes}},
    }
