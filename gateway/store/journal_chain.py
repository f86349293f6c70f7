"""The chain of one stream: how a record is encrypted, and what its hash covers."""

import hashlib
import struct
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from gateway.ports import Crossing
from gateway.security.vault import DataKey, open_with, seal_with

START = bytes(32)
_MEDIA_TYPE_LENGTH = 128
_RECORD_FORM = b"journal record 1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class DataKeys(Protocol):
    """Makes and opens the keys under which single records are encrypted."""

    def new_data_key(self) -> DataKey:
        """A fresh 256-bit key for one record."""
        ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """The key that was wrapped."""
        ...


class Draft(NamedTuple):
    """A crossing, encrypted, that has no place in the stream yet. `at`: microseconds since 1970 UTC."""

    direction: str
    party: str
    message: str
    media_type: str
    at: int
    about: str
    ciphertext: bytes
    ciphertext_hash: bytes
    person: str
    wrapped: bytes


def draft_of(crossing: Crossing, stream: str, keys: DataKeys) -> Draft:
    """Encrypt `crossing` under a key of its own (AES-256-GCM, bound to its stream); a naive `at` is a TypeError."""
    key = keys.new_data_key()
    ciphertext = seal_with(key, crossing.body, _context(stream))
    return Draft(
        direction=crossing.direction,
        party=crossing.party,
        message=crossing.message,
        media_type=_shown(crossing.media_type),
        at=microseconds(crossing.at),
        about=crossing.about,
        ciphertext=ciphertext,
        ciphertext_hash=sha256(ciphertext),
        person=crossing.person,
        wrapped=key.wrapped,
    )


def _shown(media_type: str) -> str:
    # The one column that a caller fills as it likes; what a database refuses must not take the whole batch with it.
    shown = media_type if media_type.isprintable() else "".join(filter(str.isprintable, media_type))
    return shown[:_MEDIA_TYPE_LENGTH]


def decrypted(ciphertext: bytes, key: bytes, stream: str) -> bytes:
    """The body that `draft_of` encrypted; GatewayError `sealed_unreadable` where bytes, key or stream are others."""
    return open_with(key, ciphertext, _context(stream))


def _context(stream: str) -> str:
    return f"journal:{stream}"


class Metadata(Protocol):
    """What a record's hash covers beside its ciphertext: of a draft, or of a row of the table."""

    @property
    def direction(self) -> str: ...  # noqa: D102 - named as in Crossing
    @property
    def party(self) -> str: ...  # noqa: D102 - named as in Crossing
    @property
    def message(self) -> str: ...  # noqa: D102 - named as in Crossing
    @property
    def media_type(self) -> str: ...  # noqa: D102 - named as in Crossing
    @property
    def at(self) -> int: ...  # noqa: D102 - named as in Crossing
    @property
    def about(self) -> str: ...  # noqa: D102 - named as in Crossing


def record_hash(previous: bytes, place: tuple[str, int], metadata: Metadata, ciphertext_hash: bytes) -> bytes:
    """SHA-256 over the hash of the record before (START for the first), stream and number, metadata and ciphertext.

    The ciphertext by its own SHA-256, which whoever hands a document in works out, so that the one writer need not.
    """
    stream, number = place
    return digest(
        _RECORD_FORM,
        previous,
        stream.encode(),
        b"%d" % number,
        metadata.direction.encode(),
        metadata.party.encode(),
        metadata.message.encode(),
        metadata.media_type.encode(),
        b"%d" % metadata.at,
        metadata.about.encode(),
        ciphertext_hash,
    )


def sha256(content: bytes) -> bytes:
    """SHA-256 of `content`."""
    return hashlib.sha256(content).digest()


def digest(*fields: bytes) -> bytes:
    """SHA-256 over `joined` fields."""
    return hashlib.sha256(joined(*fields)).digest()


def joined(*fields: bytes) -> bytes:
    """The fields behind their number and lengths (8 bytes each), so that no two lists of fields look alike."""
    return struct.pack(f">{len(fields) + 1}Q", len(fields), *map(len, fields)) + b"".join(fields)


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970 UTC; a naive datetime is a TypeError of Python's own."""
    return (instant - _EPOCH) // _MICROSECOND


def record_id(stream: str, number: int) -> str:
    """The id under which a record is named outside the journal."""
    return f"{stream}.{number}"


def place_of(record: str) -> tuple[str, int]:
    """Stream and number of a record id; ValueError where it is not one."""
    stream, _, number = record.rpartition(".")
    return stream, int(number)
