"""The words of a contract test's report: whoever gets it learns what was wrong, and nothing of anybody."""

from gateway.errors import GatewayError
from gateway.ports import Document
from gateway.security.masking import mask

_LONGEST = 60
_THEIR_WORDS = frozenset(("party_fault", "party_refused"))


def expected(wanted: str) -> str:
    """The form that a value has to have; one that is shown by digits is an example of it."""
    return f"such as {wanted}" if wanted[:1].isdigit() else wanted


def shown(said: str) -> str:
    """A value that came, identity numbers and the like masked, cut where it is long."""
    masked = mask(said)
    return masked if len(masked) <= _LONGEST else f"{masked[:_LONGEST]}... ({len(said)} characters)"


def without_words(error: GatewayError) -> str:
    """An error without the words of the party in it, which may be about anybody: their length is told."""
    words = error.params.get("reason", "")
    if error.kind.code in _THEIR_WORDS and words:
        return str(error).replace(words, f"({len(words)} characters of its own, left out here)")
    return mask(str(error))


def told(error: GatewayError, document: Document) -> str:
    """Why an answer is none that can be read."""
    if error.kind.code in _THEIR_WORDS:
        return without_words(error)
    return f"{without_words(error)} ({document.media_type or 'no media type'}, {len(document.body)} bytes)"
