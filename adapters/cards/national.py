"""The national electronic card is asked in three steps (docs/protocols/card-electronic-national.md; seen: wire 4)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from adapters.party import OrdinaryParty, Parts, Ways, transport
from adapters.transport.exchange import Answer, Call, Transport
from gateway.errors import GatewayError
from gateway.mapping.dialect_table import TableDialect
from gateway.ports import Control, Document, Party


class ElectronicCardTransport:
    """Goes before every question with the two steps that give it the number of the electronic card.

    An answer that says no in one of them answers the question: there is no card, the secret is wrong, ...
    """

    def __init__(self, inner: Transport, party: str, dialect: TableDialect) -> None:
        self._inner = inner
        self._party = party
        self._dialect = dialect

    def post(self, document: Document, call: Call) -> Answer:
        """As the inner transport, of the step that settled it."""
        question, control = self._dialect.read(document)
        control = replace(control, receiver=self._party)
        person = {"id_number": question.person.id_number, "name": question.person.name}
        answer, sign_no = self._step("Sign", "sign_no", _with(control, person), call)
        if not sign_no:
            return answer
        answer, essc_no = self._step("Auth", "essc_no", _with(control, {"sign_no": sign_no}), call)
        if not essc_no:
            return answer
        return self._inner.post(self._dialect.write(question, _with(control, {"essc_no": essc_no})), call)

    def reach(self, deadline: datetime) -> None:
        """As the inner transport."""
        self._inner.reach(deadline)

    def _step(self, name: str, gives: str, control: Control, call: Call) -> tuple[Answer, str]:
        """The answer of a step and the number in it, "" where it says no."""
        answer = self._inner.post(self._dialect.write_question(name, control), replace(call, message=name))
        try:
            told = self._dialect.read_answer(name, answer.document)[1]
        except GatewayError:
            return answer, ""
        return answer, told.extra.get(gives, "")


def _with(control: Control, extra: Mapping[str, str]) -> Control:
    """The number of the business stays the same in all steps."""
    return replace(control, extra={"business": control.extra["business"], **extra})


def party(parts: Parts) -> Party:
    """The national platform."""
    if not isinstance(parts.dialect, TableDialect):
        raise GatewayError("setting_invalid", name=parts.profile.id, reason="it needs its table dialect")
    line = ElectronicCardTransport(transport(parts), parts.profile.id, parts.dialect)
    return OrdinaryParty(parts.profile, parts.dialect, line, Ways(), parts.now)
