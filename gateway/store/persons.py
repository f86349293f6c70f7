"""Persons: found by any of their numbers, never chosen by the machine where more than one fits."""

import unicodedata

from sqlalchemy import select

from gateway.model.handles import new_handle
from gateway.model.person import Identity
from gateway.store.tables import local_numbers, person_identifiers, person_names, persons
from gateway.store.work import Tx

_MIDDLE_DOTS = str.maketrans(dict.fromkeys("•．‧・", "·"))


def fold_name(name: str) -> str:
    """The form in which names compare: width, spaces and the several middle dots folded (wire facts, section 9)."""
    return "".join(unicodedata.normalize("NFKC", name.translate(_MIDDLE_DOTS)).translate(_MIDDLE_DOTS).upper().split())


def find(tx: Tx, number: str) -> str | None:
    """The person with this canonical identity number, if known."""
    known = select(person_identifiers.c.person).where(person_identifiers.c.blind == _blind(tx, number))
    found: str | None = tx.value(known)
    return found


def find_or_add(tx: Tx, identity: Identity) -> str:
    """The person with this identity number, entered now if not known; a new spelling of the name is kept as well."""
    person = find(tx, identity.id_number)
    if person is None:
        person = _add(tx, identity)
    _keep_name(tx, person, identity.name)
    return person


def learn_local_number(tx: Tx, person: str, party: str, number: str) -> None:
    """Keep the number by which `party` knows the person; the first one learnt stands."""
    row = {"person": person, "party": party, "sealed": tx.seal(number, f"local:{person}"), "learned_at": tx.now}
    tx.insert_new(local_numbers, [row])


def local_number(tx: Tx, person: str, party: str) -> str | None:
    """The number by which `party` knows the person, if it has told us."""
    where = (local_numbers.c.person == person) & (local_numbers.c.party == party)
    sealed = tx.value(select(local_numbers.c.sealed).where(where))
    return None if sealed is None else tx.open(sealed, f"local:{person}").decode()


def parties_knowing(tx: Tx, person: str) -> tuple[str, ...]:
    """The parties that have given the person a number."""
    knowing = select(local_numbers.c.party).where(local_numbers.c.person == person)
    return tuple(tx.connection.execute(knowing).scalars())


def _add(tx: Tx, identity: Identity) -> str:
    person = new_handle("wrk", tx.now)
    tx.run(persons.insert(), {"id": person, "created_at": tx.now})
    row = {
        "blind": _blind(tx, identity.id_number),
        "person": person,
        "id_type": identity.id_type.value,
        "sealed": tx.seal(identity.id_number, f"number:{person}"),
        "valid_from": tx.now,
        "valid_to": None,
    }
    tx.run(person_identifiers.insert(), row)
    return person


def _keep_name(tx: Tx, person: str, name: str) -> None:
    blind = tx.keyring.blind("name", f"{person}:{fold_name(name)}")
    row = {"person": person, "blind": blind, "sealed": tx.seal(name, f"name:{person}"), "valid_from": tx.now}
    tx.insert_new(person_names, [row])


def _blind(tx: Tx, number: str) -> bytes:
    return tx.keyring.blind("id_number", number)
