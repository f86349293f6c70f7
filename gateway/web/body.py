"""The body of a request: bounded, in the journal before anything is made of it, then checked for its form."""

from typing import IO

from werkzeug.exceptions import RequestEntityTooLarge

from gateway.errors import GatewayError
from gateway.ports import Crossing
from gateway.web.call import Call

JSON = "application/json"
_MEDIA_TYPE_LENGTH = 128


def json_body(call: Call) -> bytes:
    """The body of a JSON request, kept in the journal whatever it is.

    GatewayError: `body_too_large`, `unsupported_media_type`, `invalid_json` where it is empty.
    """
    body = kept(call, call.caller.client)
    check_json(call, body)
    return body


def check_json(call: Call, body: bytes) -> None:
    """GatewayError `unsupported_media_type`, `invalid_json` where a body that is kept cannot be looked at."""
    media_type, _, parameters = call.content_type.partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if media_type.strip().lower() != JSON or charset not in {"", "charset=utf-8"}:
        raise GatewayError("unsupported_media_type", expected=JSON)
    if not body:
        raise GatewayError("invalid_json", reason="the body is empty", line="1", column="1")


def kept(call: Call, party: str) -> bytes:
    """The body, in the journal as coming from `party`; GatewayError `body_too_large`, `unsupported_media_type`."""
    received = taken(call, party)
    call.runtime.journal.record(received)
    return received.body


def taken(call: Call, party: str) -> Crossing:
    """The body as it goes to the journal: the caller keeps it before anything is made of it. Errors as of `kept`."""
    try:
        body = read(call)
    except GatewayError as error:
        # What was not read cannot be kept; that it came can be.
        record(call, party, f"{call.name}: {error.kind.code}", b"")
        raise
    return came_in(call, party, call.name, body)


def read(call: Call) -> bytes:
    """The bytes of the body.

    GatewayError `body_too_large`, `unsupported_media_type` for an encoded one, `invalid_request` for a broken one.
    """
    if call.header("CONTENT_ENCODING").strip().lower() not in {"", "identity"}:
        raise GatewayError("unsupported_media_type", expected=f"{JSON}, without a Content-Encoding")
    limit, declared = call.runtime.settings.body_limit, call.request.content_length
    known = declared is not None and declared <= limit
    body = _all_of(call.request.environ["wsgi.input"], declared or 0) if known else _in_pieces(call)
    if body is None or len(body) > limit:
        raise GatewayError("body_too_large", max=str(limit))
    if declared is not None and len(body) != declared:
        raise GatewayError("invalid_request")
    return body


def _all_of(stream: IO[bytes], size: int) -> bytes:
    """A body whose size is known, as the server has it: the library's own reader looks for its end."""
    body = stream.read(size)
    while len(body) < size and (more := stream.read(size - len(body))):
        body += more
    return body


def _in_pieces(call: Call) -> bytes | None:
    """A body of which nobody says how long it is; None for one that is too large, or says so."""
    try:
        return call.request.get_data(cache=False)
    except RequestEntityTooLarge:
        return None


def record(call: Call, party: str, message: str, body: bytes) -> str:
    """Put a document that came in into the journal; its id there."""
    return call.runtime.journal.record(came_in(call, party, message, body))


def came_in(call: Call, party: str, message: str, body: bytes) -> Crossing:
    """A document that came in from `party`, as the journal takes it."""
    media_type = call.content_type[:_MEDIA_TYPE_LENGTH]
    return Crossing("in", party, message, media_type, body, call.runtime.now(), about=call.id)


def record_answer(call: Call, party: str, message: str, media_type: str, body: bytes) -> str:
    """Put a document that goes out into the journal; its id there."""
    return call.runtime.journal.record(goes_out(call, party, message, media_type, body))


def goes_out(call: Call, party: str, message: str, media_type: str, body: bytes) -> Crossing:
    """A document that goes out to `party`, as the journal takes it."""
    return Crossing("out", party, message, media_type, body, call.runtime.now(), about=call.id)
