"""A person's documents: which number and name are right now, and which were put right; none is ever forgotten."""

from sqlalchemy import bindparam, select

from gateway.model.codes import IdType
from gateway.model.names import compared
from gateway.model.person import Identity
from gateway.store import persons
from gateway.store.prepared import Prepared
from gateway.store.tables import person_identifiers, person_names
from gateway.store.work import Tx

_here = person_identifiers.c.person == bindparam("person")
_NUMBER = Prepared(
    select(person_identifiers.c.id_type, person_identifiers.c.sealed)
    .where(_here & person_identifiers.c.valid_to.is_(None))
    .order_by(person_identifiers.c.valid_from.desc())
)
_NUMBERS = Prepared(select(person_identifiers.c.sealed).where(_here).order_by(person_identifiers.c.valid_from))
_NAME = Prepared(
    select(person_names.c.sealed)
    .where(person_names.c.person == bindparam("person"))
    .order_by(person_names.c.valid_from.desc())
)

_KNOWN_AS = Prepared(
    select(person_names.c.person).where(
        (person_names.c.person == bindparam("person")) & (person_names.c.blind == bindparam("blind"))
    )
)


def current(tx: Tx, person: str) -> Identity:
    """Document and name as they are right now; LookupError for a person who is not known."""
    number, name = tx.first(_NUMBER, tuple, person=person), tx.value(_NAME, person=person)
    if number is None or name is None:
        raise LookupError(person)
    id_type, sealed = number
    shown = tx.open(sealed, f"number:{person}").decode()
    return Identity(IdType(id_type), shown, tx.open(name, f"name:{person}").decode())


def known_as(tx: Tx, person: str, name: str) -> bool:
    """Whether the person is or was known by this name."""
    blind = tx.keyring.blind("name", f"{person}:{compared(name)}")
    return tx.first(_KNOWN_AS, tuple, person=person, blind=blind) is not None


def numbers(tx: Tx, person: str) -> tuple[str, ...]:
    """Every number that the person was or is known by, the oldest first."""
    return tuple(tx.open(sealed, f"number:{person}").decode() for sealed in tx.values(_NUMBERS, person=person))


def correct(tx: Tx, person: str, right: Identity) -> bool:
    """From now on `right` is right; what was before stays, with its end. False where the number is somebody else's."""
    if persons.find(tx, right.id_number) not in (None, person):
        return False
    blind = tx.keyring.blind("id_number", right.id_number)
    before = current(tx, person)
    if before.id_number != right.id_number:
        tx.change(person_identifiers, {"valid_to": tx.now}, blind=tx.keyring.blind("id_number", before.id_number))
        row = {
            "blind": blind,
            "person": person,
            "id_type": right.id_type.value,
            "sealed": tx.seal(right.id_number, f"number:{person}"),
            "valid_from": tx.now,
            "valid_to": None,
        }
        if not tx.insert_new(person_identifiers, row):
            # It was right once, was put right, and is right again.
            tx.change(person_identifiers, {"valid_from": tx.now, "valid_to": None}, blind=blind)
    _name(tx, person, right.name)
    return True


def _name(tx: Tx, person: str, name: str) -> None:
    blind = tx.keyring.blind("name", f"{person}:{compared(name)}")
    row = {"person": person, "blind": blind, "sealed": tx.seal(name, f"name:{person}"), "valid_from": tx.now}
    if not tx.insert_new(person_names, row):
        tx.change(person_names, {"sealed": row["sealed"], "valid_from": tx.now}, person=person, blind=blind)
