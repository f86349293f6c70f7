"""What crossed the border to and from one party, in order: for looking at, never for changing."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import Engine, select

from gateway.store.journal_chain import DataKeys, decrypted, microseconds, record_id
from gateway.store.journal_tables import journal_keys, journal_records


class Kept(NamedTuple):
    """One document of the journal. `about`: the leg or question that it belongs to."""

    record: str
    direction: Literal["in", "out"]
    message: str
    media_type: str
    about: str
    body: bytes


def traffic(engine: Engine, keys: DataKeys, party: str, since: datetime) -> Iterator[Kept]:
    """Every document of `party` from `since` on that can still be read; those whose key was destroyed are left out.

    GatewayError `sealed_unreadable` for one that somebody changed.
    """
    records, of_keys = journal_records, journal_keys
    same = (of_keys.c.stream == records.c.stream) & (of_keys.c.number == records.c.number)
    mine = (records.c.party == party) & (records.c.at >= microseconds(since)) & of_keys.c.wrapped.is_not(None)
    found = select(records, of_keys.c.wrapped).join(of_keys, same).where(mine)
    ordered = found.order_by(records.c.at, records.c.stream, records.c.number)
    with engine.connect().execution_options(reading=True) as connection, connection.begin():
        for row in connection.execute(ordered):
            body = decrypted(row.ciphertext, keys.unwrap(row.wrapped), row.stream)
            yield Kept(record_id(row.stream, row.number), row.direction, row.message, row.media_type, row.about, body)
