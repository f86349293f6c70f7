"""Errors as RFC 9457 problem documents: what happened, whose side, which place, what to do. Never a page of HTML."""

import logging
from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from gateway.errors import GatewayError
from gateway.model.handles import new_handle
from gateway.security.logs import logging_context
from gateway.services.runtime import Runtime
from gateway.store.work import LockTimeoutError
from gateway.web.access import answered
from gateway.web.language import language_of
from gateway.web.wording import localised

MEDIA_TYPE = "application/problem+json"

log = logging.getLogger(__name__)
_OURS = 500
_BUSY_SECONDS = 1
_OAUTH = {"invalid_client": "invalid_client", "invalid_grant_request": "invalid_request"}


def problem(error: GatewayError, language: str, instance: str, base: str) -> Response:
    """The problem document for `error`; `instance` names the request, `base` is our public address."""
    document = described(error, language, instance, base)
    return Response(msgspec.json.encode(document), error.kind.status, headers=_headers(error), content_type=MEDIA_TYPE)


def described(error: GatewayError, language: str, instance: str, base: str) -> dict[str, Any]:
    """The members of the document (RFC 9457, section 3); with those of OAuth 2 where that protocol asks for them."""
    kind, told = error.kind, localised(error, language)
    document: dict[str, Any] = {
        "type": f"{base}/docs#{kind.code}",
        "title": kind.code.replace("_", " ").capitalize(),
        "status": kind.status,
        "detail": told.text(language),
        "code": kind.code,
        "side": kind.side,
        "retry_safe": kind.retry_safe,
        "instance": instance,
    }
    if error.party:
        document["party"] = error.party
    if told.faults:
        document["errors"] = [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.text(language)} for fault in told.faults
        ]
    if kind.code in _OAUTH:
        document["error"] = error.params.get("oauth", _OAUTH[kind.code])
        document["error_description"] = localised(error, "en").text("en")
    return document


def shown(problem_found: Exception, reference: str) -> GatewayError:
    """The error that the outside is told: what is ours alone goes to the log, and the caller gets its reference."""
    if isinstance(problem_found, HTTPException):
        return _of_http(problem_found)
    if isinstance(problem_found, LockTimeoutError):
        return GatewayError("unavailable", reason="the database is busy")
    if isinstance(problem_found, GatewayError) and problem_found.kind.status != _OURS:
        return problem_found
    if isinstance(problem_found, GatewayError) and problem_found.kind.side == "caller":
        return problem_found
    log.error("request %s failed", reference, exc_info=problem_found)
    return GatewayError("internal", reference=reference)


def install(app: Flask, runtime: Runtime) -> None:
    """Answer with a problem document whatever goes wrong outside our handlers."""
    settings = runtime.settings

    def failed(found: Exception) -> Response:
        reference = new_handle("req", runtime.now())
        language = language_of(request.headers.get("Accept-Language", ""))
        with logging_context(request=reference):
            return answered(problem(shown(found, reference), language, reference, settings.url), request.endpoint or "")

    app.register_error_handler(Exception, failed)


def _of_http(found: HTTPException) -> GatewayError:
    """What Flask found wrong with the request being answered."""
    if isinstance(found, MethodNotAllowed):
        allowed = ", ".join(sorted(found.valid_methods or ()))
        return GatewayError("method_not_allowed", method=request.method[:20], allowed=allowed)
    if isinstance(found, NotFound):
        return GatewayError("not_found", thing="resource")
    if isinstance(found, RequestEntityTooLarge):
        return GatewayError("body_too_large", max=str((request.max_content_length or 1) - 1))
    return GatewayError("invalid_request")


def _came_with_token() -> bool:
    """Whether a token came that did not do: who comes without one is told no error code (RFC 6750, section 3.1)."""
    return bool(request) and request.headers.get("Authorization", "").lower().startswith("bearer ")


def _headers(error: GatewayError) -> Mapping[str, str]:
    headers = {"Cache-Control": "no-store"}
    after = _BUSY_SECONDS if error.retry_after is None and error.kind.code == "unavailable" else error.retry_after
    if after is not None:
        headers["Retry-After"] = str(after)
    if error.kind.code in {"authentication_needed", "invalid_client"}:
        headers["WWW-Authenticate"] = 'Bearer realm="gateway"' + (
            ', error="invalid_token"' if _came_with_token() else ""
        )
    if error.kind.code == "insufficient_scope":
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{error.params.get("scope", "")}"'
    if error.kind.code == "method_not_allowed":
        headers["Allow"] = error.params.get("allowed", "")
    return headers
