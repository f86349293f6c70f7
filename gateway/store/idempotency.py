"""Stored answers: the same request again gets the same bytes, through every gateway, for 30 days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, delete, select

from gateway.store.prepared import BySize, Prepared
from gateway.store.rows import IdempotencyRow
from gateway.store.tables import idempotency
from gateway.store.work import Tx

KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a request the same one: who sent it, to what, under which key."""

    client: str
    method: str
    path: str
    header: str

    @property
    def text(self) -> str:
        """All parts in one unambiguous text."""
        return f"{self.client}\n{self.method}\n{self.path}\n{self.header}"


@dataclass(frozen=True, slots=True)
class Stored:
    """A request that was answered, and its answer."""

    request: bytes
    status: int
    answer: bytes


_FIND = Prepared(
    select(idempotency.c.sealed_request, idempotency.c.status, idempotency.c.sealed_answer).where(
        (idempotency.c.blind == bindparam("blind")) & (idempotency.c.expires_at > bindparam("now"))
    )
)
_USED = BySize(lambda among: select(idempotency.c.blind).where(idempotency.c.blind.in_(among)))
_FORGET = Prepared(
    delete(idempotency).where(
        (idempotency.c.blind == bindparam("blind")) & (idempotency.c.expires_at <= bindparam("now"))
    )
)
_FORGET_EXPIRED = Prepared(delete(idempotency).where(idempotency.c.expires_at <= bindparam("now")))


def find(tx: Tx, key: Key) -> Stored | None:
    """The stored request and answer under `key`, unless they have expired."""
    blind = _blind(tx, key)
    row = tx.first(_FIND, IdempotencyRow, blind=blind, now=tx.now)
    if row is None:
        return None
    context = f"idempotency:{blind.hex()}"
    return Stored(tx.open(row.sealed_request, context), row.status, tx.open(row.sealed_answer, context))


def used(tx: Tx, keys: Collection[Key]) -> set[Key]:
    """Those of the keys under which there is an answer, expired or not."""
    blinds = {_blind(tx, key): key for key in keys}
    return {blinds[row.blind] for row in _USED.rows(tx.connection, list(blinds))}


def keep(tx: Tx, key: Key, request: bytes, status: int, answer: bytes) -> None:
    """Store the answer in the transaction that makes it true; ClashError where a twin was first."""
    blind = _blind(tx, key)
    context = f"idempotency:{blind.hex()}"
    tx.put(
        idempotency,
        {
            "blind": blind,
            "client": key.client,
            "sealed_request": tx.seal(request, context),
            "sealed_answer": tx.seal(answer, context),
            "status": status,
            "created_at": tx.now,
            "expires_at": tx.now + KEPT_FOR,
        },
    )


def forget(tx: Tx, key: Key) -> None:
    """Make room under `key` where its answer has expired."""
    tx.run(_FORGET, blind=_blind(tx, key), now=tx.now)


def forget_expired(tx: Tx) -> int:
    """Remove answers whose time is over; how many."""
    return tx.run(_FORGET_EXPIRED, now=tx.now)


def _blind(tx: Tx, key: Key) -> bytes:
    return tx.keyring.blind("idempotency", key.text)
