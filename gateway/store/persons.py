"""Persons: found by any of their numbers, never chosen by the machine where more than one fits."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, select

from gateway.model.handles import new_handle
from gateway.model.names import compared
from gateway.model.person import Identity
from gateway.store.prepared import BySize, Prepared
from gateway.store.tables import local_numbers, person_identifiers, person_names, persons
from gateway.store.work import Tx

_known = select(person_identifiers.c.person, person_identifiers.c.blind)
_FIND = Prepared(_known.where(person_identifiers.c.blind == bindparam("blind")))
_FIND_ALL = BySize(lambda among: _known.where(person_identifiers.c.blind.in_(among)))
_here = (local_numbers.c.person == bindparam("person")) & (local_numbers.c.party == bindparam("party"))
_LOCAL_NUMBER = Prepared(select(local_numbers.c.sealed).where(_here))
_KNOWING = Prepared(select(local_numbers.c.party).where(local_numbers.c.person == bindparam("person")))


def find(tx: Tx, number: str) -> str | None:
    """The person with this canonical identity number, if known."""
    found: str | None = tx.value(_FIND, blind=_blind(tx, number))
    return found


def find_all(tx: Tx, numbers: Collection[str]) -> dict[str, str]:
    """The persons with these canonical identity numbers, as far as they are known: number -> person."""
    blinds = {_blind(tx, number): number for number in numbers}
    return {blinds[row.blind]: row.person for row in _FIND_ALL.rows(tx.connection, list(blinds))}


def add(tx: Tx, identity: Identity) -> str:
    """Enter a person who is not known, by number and name; ClashError where somebody else has done so meanwhile."""
    person = new_handle("wrk", tx.now)
    tx.put(persons, {"id": person, "created_at": tx.now})
    row = {
        "blind": _blind(tx, identity.id_number),
        "person": person,
        "id_type": identity.id_type.value,
        "sealed": tx.seal(identity.id_number, f"number:{person}"),
        "valid_from": tx.now,
        "valid_to": None,
    }
    tx.put(person_identifiers, row)
    tx.put(person_names, _name_row(tx, person, identity.name))
    return person


def keep_name(tx: Tx, person: str, name: str) -> None:
    """Keep a name, or a new spelling of it."""
    tx.put_new(person_names, _name_row(tx, person, name))


def learn_local_number(tx: Tx, person: str, party: str, number: str) -> None:
    """Keep the number by which `party` knows the person; the first one learnt stands."""
    row = {"person": person, "party": party, "sealed": tx.seal(number, f"local:{person}"), "learned_at": tx.now}
    tx.put_new(local_numbers, row)


def local_number(tx: Tx, person: str, party: str) -> str | None:
    """The number by which `party` knows the person, if it has told us."""
    sealed = tx.value(_LOCAL_NUMBER, person=person, party=party)
    return None if sealed is None else tx.open(sealed, f"local:{person}").decode()


def parties_knowing(tx: Tx, person: str) -> tuple[str, ...]:
    """The parties that have given the person a number."""
    return tuple(tx.values(_KNOWING, person=person))


def _name_row(tx: Tx, person: str, name: str) -> dict[str, Any]:
    blind = tx.keyring.blind("name", f"{person}:{compared(name)}")
    return {"person": person, "blind": blind, "sealed": tx.seal(name, f"name:{person}"), "valid_from": tx.now}


def _blind(tx: Tx, number: str) -> bytes:
    return tx.keyring.blind("id_number", number)
