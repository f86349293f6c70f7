"""What a route says of itself: how callers prove who they are, scope, kinds of caller, what goes in and comes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from flask import Response

from gateway.web.clients import Kind

Handler = Callable[..., Response]
Proof = Literal["token", "operation", "push", "open"]


@dataclass(frozen=True, slots=True)
class Resource:
    """One route with its handler.

    `proof`: a bearer token checked against `scope` and `kinds`; or the SOAP operation's own rule; or the party's push
    check; or nobody needs to prove anything. `takes`: the record in the body, or `media`: of one that is a file;
    `gives`: the answer's status and schema, or the media types of an answer that is a file.
    """

    method: str
    rule: str
    handler: Handler
    proof: Proof
    scope: str = ""
    kinds: frozenset[Kind] = frozenset()
    takes: type | None = None
    gives: tuple[int, str] = (200, "")
    query: Mapping[str, Any] = field(default_factory=dict)
    media: str = ""

    @property
    def name(self) -> str:
        """What the route is called in Flask, OpenAPI and the journal."""
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """One sentence on what it does."""
        return (self.handler.__doc__ or "").partition("\n")[0].rstrip(".")


def resource(
    route: str,
    *,
    scope: str,
    kinds: set[Kind],
    gives: tuple[int, str],
    takes: type | str | None = None,
    query: Mapping[str, Any] | None = None,
) -> Callable[[Handler], Resource]:
    """Declare a route such as "POST /v1/enrolments" that a bearer token opens.

    `takes`: the record in its body, or the media type of a file.
    """
    method, _, rule = route.partition(" ")

    def declared(handler: Handler) -> Resource:
        record, media = (None, takes) if isinstance(takes, str) else (takes, "")
        return Resource(method, rule, handler, "token", scope, frozenset(kinds), record, gives, query or {}, media)

    return declared


def entrance(route: str, proof: Proof) -> Callable[[Handler], Resource]:
    """Declare a route that no bearer token guards: open to all, or guarded by its SOAP operation or its party."""
    method, _, rule = route.partition(" ")
    return lambda handler: Resource(method, rule, handler, proof)
