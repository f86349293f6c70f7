"""Webhooks by the Standard Webhooks scheme: signed JSON, at least once, answered by a status and nothing else."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from adapters.party import OrdinaryParty, Profile, Ways
from adapters.transport.exchange import Answer, Call, Dressing, Transport
from gateway.errors import GatewayError
from gateway.mapping.canonical_json import encoder, reader
from gateway.model.messages import Message
from gateway.model.platform import CaseChanged
from gateway.ports import Control, Dialect, Document, Now, Outcome, OutcomeKind, Work
from gateway.security import webhooks

ID = "webhook-id"
_TIMESTAMP = "webhook-timestamp"
# Whoever names a time far ahead is asked once a day all the same.
_LONGEST_WAIT = timedelta(days=1)
_SECONDS_DIGITS = 9


class WebhookDialect:
    """The canonical JSON of CaseChanged; its id stands in a header, and is the same on every try."""

    name = "webhook"
    version = "1.0"

    def __init__(self) -> None:
        self._write = encoder(CaseChanged)
        self._read = reader(CaseChanged)

    def write(self, message: Message, control: Control, about: Message | None = None) -> Document:
        """The document for a CaseChanged; GatewayError `unsupported` for anything else."""
        if not isinstance(message, CaseChanged) or about is not None:
            raise GatewayError("unsupported", party="webhook", message=type(message).__name__, alternative="")
        return Document(self._write(message), "application/json", {ID: control.message_id})

    def read(self, document: Document, about: Message | None = None) -> tuple[Message, Control]:
        """A CaseChanged; errors as the canonical JSON, `unreadable` for an answer: it has no content."""
        if about is not None:
            reason = "a webhook is answered by its status alone"
            raise GatewayError("unreadable", party="webhook", message="CaseChanged", reason=reason)
        given = {name.lower(): value for name, value in document.headers.items()}
        sent_at = datetime.fromtimestamp(int(given.get(_TIMESTAMP, "0")), UTC)
        return self._read(document.body), Control(given.get(ID, ""), "gateway", "", sent_at)


class SignedWebhook(Dressing):
    """Signs each try anew (Ed25519); several secrets while keys are being changed."""

    def __init__(self, inner: Transport, secrets: Sequence[str], now: Now) -> None:
        super().__init__(inner)
        self._secrets = tuple(secrets)
        self._now = now
        webhooks.sign(self._secrets, "trial", now(), b"")  # a secret that is none is found at the start

    def dressed(self, document: Document, _call: Call, /) -> Document:
        """The document, signed as of now."""
        signed = webhooks.sign(self._secrets, document.headers[ID], self._now(), document.body)
        return Document(document.body, document.media_type, {**document.headers, **signed})


class WebhookParty(OrdinaryParty):
    """A 2xx says that it was delivered, 410 that no more are wanted; all else is tried again, which does no harm."""

    harmless = True

    def __init__(self, profile: Profile, dialect: Dialect, transport: Transport, now: Now) -> None:
        super().__init__(profile, dialect, transport, Ways(), now)

    def understood(self, work: Work, answer: Answer) -> Outcome:  # noqa: ARG002 - the same for every message
        """By the status alone (Standard Webhooks 1.0.0, "Success and failure")."""
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return Outcome(OutcomeKind.ACCEPTED)
        if answer.status == HTTPStatus.GONE:
            return Outcome(OutcomeKind.REFUSED, reason="410 Gone: the platform wants no more webhooks here")
        reason = f"the platform answered with HTTP status {answer.status}"
        return Outcome(OutcomeKind.UNREACHABLE, reason=reason, ask_again_at=self._wanted_at(answer))

    def _wanted_at(self, answer: Answer) -> datetime | None:
        """When the receiver wants it again, by Retry-After (RFC 9110, section 10.2.3); None where it does not say."""
        said, now = answer.headers.get("retry-after", ""), self._conversation.now()
        if said.isascii() and said.isdigit():
            return now + min(timedelta(seconds=int(said[:_SECONDS_DIGITS])), _LONGEST_WAIT)
        try:
            at = parsedate_to_datetime(said)
        except ValueError:
            return None
        return min(at if at.tzinfo else at.replace(tzinfo=UTC), now + _LONGEST_WAIT)
