"""What is done with records once they are kept: read, linked to cases, and, by destroying its key, made unreadable."""

from sqlalchemy import ColumnElement, Connection, Engine, or_, select

from gateway.errors import GatewayError
from gateway.store.journal_chain import DataKeys, decrypted, place_of
from gateway.store.journal_tables import journal_keys, journal_links, journal_records
from gateway.store.work import Tx


def read(engine: Engine, keys: DataKeys, record: str) -> bytes:
    """The document that was kept as `record`; GatewayError `not_found` where there is none, or its key was destroyed.

    What somebody changed cannot be decrypted: GatewayError `sealed_unreadable`.
    """
    stream, number = _place(record)
    columns = select(journal_records.c.ciphertext, journal_keys.c.wrapped)
    here = (journal_records.c.stream == stream) & (journal_records.c.number == number)
    joined = columns.outerjoin_from(journal_records, journal_keys, _same_place())
    with engine.connect().execution_options(reading=True) as connection, connection.begin():
        row = connection.execute(joined.where(here)).first()
    if row is None or row.wrapped is None:
        raise GatewayError("not_found", thing="journal record" if row is None else "key to this journal record")
    return decrypted(row.ciphertext, keys.unwrap(row.wrapped), stream)


def link(tx: Tx, record: str, *, case: str, leg: str = "", person: str = "") -> None:
    """Tie a record to a case (and leg) and to the person whom it is about; again: no effect."""
    tx.put_new(journal_links, {"record": record, "case": case, "leg": leg, "person": person})


def linked(connection: Connection, case: str) -> tuple[tuple[str, str], ...]:
    """(record id, leg) of everything tied to `case`, by id."""
    mine = select(journal_links.c.record, journal_links.c.leg).where(journal_links.c.case == case)
    return tuple((row.record, row.leg) for row in connection.execute(mine.order_by(journal_links.c.record)))


def destroy_keys(tx: Tx, person: str) -> int:
    """Make every record of `person` unreadable for good; how many were readable.

    Records are the person's where they were kept as such, or were tied to them later.
    """
    tied = tx.connection.execute(select(journal_links.c.record).where(journal_links.c.person == person)).scalars()
    places = [
        (journal_keys.c.stream == stream) & (journal_keys.c.number == number) for stream, number in map(_place, tied)
    ]
    mine = or_(journal_keys.c.person == person, *places)
    return tx.run(journal_keys.update().where(mine & journal_keys.c.wrapped.is_not(None)).values(wrapped=None))


def _place(record: str) -> tuple[str, int]:
    try:
        return place_of(record)
    except ValueError:
        raise GatewayError("not_found", thing="journal record") from None


def _same_place() -> ColumnElement[bool]:
    return (journal_keys.c.stream == journal_records.c.stream) & (journal_keys.c.number == journal_records.c.number)
