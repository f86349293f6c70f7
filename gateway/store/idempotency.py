"""Stored answers: the same request again gets the same bytes, through every gateway, for 30 days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select

from gateway.store.prepared import BySize
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


_stored = select(
    idempotency.c.blind, idempotency.c.sealed_request, idempotency.c.status, idempotency.c.sealed_answer
).where(idempotency.c.expires_at > bindparam("now"))
_FIND = BySize(lambda among: _stored.where(idempotency.c.blind.in_(among)))


def find(tx: Tx, key: Key) -> Stored | None:
    """The stored request and answer under `key`, unless they have expired."""
    return find_all(tx, [key]).get(key)


def find_all(tx: Tx, keys: Collection[Key]) -> dict[Key, Stored]:
    """As `find`, for many keys at a time: those that are known."""
    blinds = {tx.keyring.blind("idempotency", key.text): key for key in keys}
    rows = _FIND.rows(tx.connection, list(blinds), now=tx.now)
    return {blinds[row.blind]: _opened(tx, row) for row in rows}


def _opened(tx: Tx, row: Any) -> Stored:
    context = f"idempotency:{row.blind.hex()}"
    return Stored(tx.open(row.sealed_request, context), row.status, tx.open(row.sealed_answer, context))


def keep(tx: Tx, key: Key, request: bytes, status: int, answer: bytes) -> None:
    """Store the answer in the transaction that makes it true; ClashError where a twin was first."""
    blind = tx.keyring.blind("idempotency", key.text)
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
    blind = tx.keyring.blind("idempotency", key.text)
    tx.run(delete(idempotency).where((idempotency.c.blind == blind) & (idempotency.c.expires_at <= tx.now)))


def forget_expired(tx: Tx) -> int:
    """Remove answers whose time is over; how many."""
    return tx.run(delete(idempotency).where(idempotency.c.expires_at <= tx.now))
