"""What the gateway's own database says: read from outside, for waiting and for counting."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, func, select

from gateway.model.codes import LegState
from gateway.store.tables import cases, legs, levies

_UNDER_WAY = (LegState.PENDING.value, LegState.SENDING.value, LegState.UNCERTAIN.value, LegState.RECEIVED.value)


class Ledger:
    """Reads; never writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, statement: Any) -> Sequence[Row[Any]]:
        """Every row."""
        with self._engine.connect().execution_options(reading=True) as connection, connection.begin():
            return connection.execute(statement).all()

    def status(self, case: str) -> str:
        """The status of a case."""
        ((status,),) = self.all(select(cases.c.status).where(cases.c.id == case))
        return str(status)

    def cases(self) -> dict[str, str]:
        """The status of every case."""
        return {row.id: row.status for row in self.all(select(cases.c.id, cases.c.status))}

    def legs(self, case: str | None = None, message: str | None = None) -> Sequence[Row[Any]]:
        """Legs in the order in which they were entered."""
        statement = select(legs).order_by(legs.c.created_at, legs.c.id)
        if case is not None:
            statement = statement.where(legs.c.case == case)
        if message is not None:
            statement = statement.where(legs.c.message == message)
        return self.all(statement)

    def levies(self, case: str) -> Sequence[Row[Any]]:
        """The levies of a case."""
        return self.all(select(levies).where(levies.c.case == case))

    def references(self, case: str) -> set[str]:
        """Every reference under which parties know the case: of its insurances, and of its levies."""
        owed = self.levies(case)
        return {f"{case}.{levy.insurance}" for levy in owed} | {levy.id for levy in owed}

    def unsettled(self) -> Sequence[Row[Any]]:
        """Legs that are still to be carried or decided."""
        return self.all(select(legs.c.id, legs.c.message, legs.c.state).where(legs.c.state.in_(_UNDER_WAY)))

    def sending(self) -> bool:
        """Whether a leg is being carried, or its carrier died."""
        return bool(self.all(select(legs.c.id).where(legs.c.state == LegState.SENDING.value).limit(1)))

    def idle_for(self, now: datetime) -> timedelta | None:
        """How long nothing is due; None where a leg is being carried or nothing will ever be due."""
        if self.sending():
            return None
        ((due,),) = self.all(select(func.min(legs.c.due_at)))
        return None if due is None else due - now

    def described(self) -> str:
        """Where everything stands, for a failed test."""
        lines = [f"{case} {status}" for case, status in self.cases().items()]
        for leg in self.legs():
            if leg.state != LegState.ACCEPTED.value:
                place = f"{leg.case} {leg.party} {leg.message} {leg.insurance}"
                tries = f"attempts {leg.attempts}, inquiries {leg.inquiries}, due {leg.due_at}"
                lines.append(f"  {place}: {leg.state}, {tries}, {leg.reason}")
        return "\n".join(lines)
