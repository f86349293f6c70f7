"""The web application: the table of routes, bound to one runtime."""

import logging
from collections.abc import Callable

from flask import Flask, Response, request

from gateway.model.handles import new_handle
from gateway.security.logs import logging_context
from gateway.services import metrics
from gateway.services.runtime import Runtime
from gateway.web import access, caller, problems, reference
from gateway.web.call import Call
from gateway.web.doors import Doors
from gateway.web.lean import LeanFlask
from gateway.web.links import led_back, prefix_of
from gateway.web.resource import Resource
from gateway.web.table import RESOURCES

log = logging.getLogger(__name__)


def create_app(runtime: Runtime, doors: Doors) -> Flask:
    """The WSGI application of one gateway process."""
    app = LeanFlask("gateway.web", static_folder=None, template_folder=None)
    app.request_class = access.TimedRequest
    # The library cuts a body that comes in pieces off at its maximum; with one byte more, `body.read` sees that it did.
    app.config["MAX_CONTENT_LENGTH"] = runtime.settings.body_limit + 1
    # A redirect to the tidy form of an address would be a page of HTML.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.extensions[reference.PUBLISHED] = reference.published(RESOURCES, runtime.settings.url)
    for each in RESOURCES:
        _add(app, each, runtime, doors)
    problems.install(app, runtime)
    return app


def _add(app: Flask, resource: Resource, runtime: Runtime, doors: Doors) -> None:
    app.add_url_rule(
        resource.rule,
        endpoint=resource.name,
        view_func=_view(resource, runtime, doors),
        methods=[resource.method],
        provide_automatic_options=False,
    )


def _view(resource: Resource, runtime: Runtime, doors: Doors) -> Callable[..., Response]:
    handler, name, guarded = resource.handler, resource.name, resource.proof == "token"
    prefix = prefix_of(runtime.settings.url)

    def view(**path: str) -> Response:
        now = runtime.now()
        current = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the request, not its proxy
        call = Call(runtime, doors, current, new_handle("req", now), name)
        with logging_context(request=call.id):
            try:
                if guarded:
                    with metrics.stage("authenticate"):
                        call.identified = caller.by_token(doors, call.header("AUTHORIZATION"), now)
                        call.identified.check(resource.scope, resource.kinds)
                response = led_back(handler(call, **path), prefix)
            except Exception as found:  # noqa: BLE001 - the last place where it can be told by name
                error = problems.shown(found, call.id)
                response = problems.problem(error, call.language, call.id, runtime.settings.url)
            return access.answered(response, name, call, path.get("case", ""))

    return view
