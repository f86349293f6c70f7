"""Records of the typed contract as the desk and the register take them, and the answers that they give."""

from collections.abc import Mapping

from sandbox.envelope import element
from sandbox.registered import OPEN_END, Application, Wish

Fields = Mapping[str, str]


def wish_of(asked: Fields) -> Wish:
    """A request about an enrolment, as the desk takes it. Acceptance number and supplements are one thing there."""
    return Wish(
        reference=asked["reference"],
        id_type=asked.get("person.id_type", "resident_id"),
        id_number=asked["person.id_number"],
        name=asked.get("person.name", ""),
        insurance=asked["insurance"],
        agency=asked.get("agency", ""),
        start=asked.get("start", OPEN_END),
        cycle=asked.get("cycle", "monthly"),
        base=asked.get("base", "0.00"),
        supplements=asked.get("supplements") or asked.get("acceptance_number", ""),
    )


def decided(application: Application) -> dict[str, str | None]:
    """EnrolmentDecided, in the order of the contract."""
    shown = application.decision
    return {
        "decision": "refused" if shown == "withdrawn" else shown,
        "reference": application.wish.reference,
        "acceptance_number": application.acceptance_number,
        "person_number": application.person_number,
        "registration_number": application.registration_number,
        "notice_number": application.notice_number,
        "reason": "已撤销" if shown == "withdrawn" else application.reason,
        "decided_on": application.decided_on,
    }


def payment_of(asked: Fields) -> dict[str, str]:
    """The payment that a message is about, as the register takes it."""
    named = {name: asked[name] for name in ("reference", "insurance", "first", "last")}
    return named | {"id_number": asked["person.id_number"]}


def done(asked: Fields, why: str) -> str:
    """Done: it stands, or why it does not."""
    return inner({"done": str(not why).lower(), "reference": asked["reference"], "reason": why})


def inner(content: Mapping[str, str | None]) -> str:
    """Elements without one around them."""
    whole = element("x", content)
    return whole[len("<x>") : -len("</x>")]
