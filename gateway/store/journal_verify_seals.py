"""Verification of the seals: each signed, each naming the one before, and the one kept outside among them."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, func, select

from gateway.store.journal_chain import START
from gateway.store.journal_findings import UNREADABLE, Findings, ProblemKind
from gateway.store.journal_outside import OutsideSeals
from gateway.store.journal_seals import Head, Seal, heads_hash
from gateway.store.journal_signers import Signers
from gateway.store.journal_tables import journal_seal_heads, journal_seals

_ROWS_AT_ONCE = 500


class SealsCheck:
    """Walks along the seals; reads what is kept outside when it is made, which must be before the database is read."""

    def __init__(self, signers: Signers, outside: OutsideSeals, findings: Findings) -> None:
        self._signers = signers
        self._findings = findings
        self._number = 0
        self._hash = START
        self._outside_spoilt = False
        self._outside = self._read(outside)

    def run(self, connection: Connection) -> None:
        """Check every seal, and that the last one is not older than the one outside."""
        try:
            for _, rows in groupby(_rows(connection), attrgetter("seal_number")):
                self._check(list(rows))
            self._check_strays(connection)
        except UNREADABLE as problem:
            self._add(
                "seal_forged", self._number + 1, f"a value that cannot be read stands here ({type(problem).__name__})"
            )
        self._check_outside()

    def _read(self, outside: OutsideSeals) -> Seal | None:
        try:
            seal = outside.last()
            if seal is None or self._signers.any_of(seal):
                return seal
        except UNREADABLE:
            seal = None
        self._outside_spoilt = True
        self._add(
            "seal_forged", 0 if seal is None else seal.number, "the seal kept outside does not bear our signature"
        )
        return None

    def _check(self, rows: list[Row[Any]]) -> None:
        self._findings.seals += 1
        first = rows[0]
        seal = Seal(first.seal_number, first.at, first.previous, first.heads, first.signature)
        heads = [Head(row.stream, row.number, row.hash) for row in rows if row.stream is not None]
        if seal.number != self._number + 1:
            self._add("seal_removed", self._number + 1, f"seals {self._number + 1} to {seal.number - 1} are missing")
        elif seal.previous != self._hash:
            self._add("seal_forged", seal.number, "does not follow from the seal before")
        self._check_signature(seal)
        if heads_hash(heads) != seal.heads:
            self._add("seal_forged", seal.number, "the heads of streams beside this seal are not those that it signed")
        if self._outside is not None and seal.number == self._outside.number and seal != self._outside:
            self._add("seal_forged", seal.number, "differs from the seal of this number that is kept outside")
        self._number, self._hash = seal.number, seal.hash

    def _check_signature(self, seal: Seal) -> None:
        key, in_turn = self._signers.of(seal)
        if key is None:
            self._add("seal_forged", seal.number, "the signature is not ours, or not for this content")
            return
        self._findings.signed(key, seal.number)
        if not in_turn:
            self._add("seal_forged", seal.number, f"was signed with {key} when another key had replaced it")

    def _check_strays(self, connection: Connection) -> None:
        joined = journal_seal_heads.outerjoin(journal_seals)
        strays = select(func.min(journal_seal_heads.c.seal)).select_from(joined).where(journal_seals.c.number.is_(None))
        stray = connection.execute(strays).scalar_one()
        if stray is not None:
            self._add("seal_removed", stray, "heads of streams stand here without their seal")

    def _check_outside(self) -> None:
        if self._outside is not None and self._outside.number > self._number:
            text = f"seal {self._outside.number} is kept outside, the database ends with {self._number}: "
            self._add("set_back", self._outside.number, text + "it is an older copy, or its last seals were removed")
        if self._outside is None and self._number and not self._outside_spoilt:
            self._add(
                "outside_missing", self._number, "no seal is kept outside, so an older copy could not be told apart"
            )

    def _add(self, kind: ProblemKind, number: int, text: str) -> None:
        self._findings.add(kind, "", number, text)


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    seal = journal_seals.c
    head = journal_seal_heads.c
    columns = select(
        seal.number.label("seal_number"),
        seal.at,
        seal.previous,
        seal.heads,
        seal.signature,
        head.stream,
        head.number,
        head.hash,
    )
    ordered = columns.select_from(journal_seals.outerjoin(journal_seal_heads)).order_by(seal.number)
    return iter(connection.execute(ordered, execution_options={"yield_per": _ROWS_AT_ONCE}))
