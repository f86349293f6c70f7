"""What a careful engineer writes by hand for two messages of the contract: lxml, the schema, the same value classes.

It refuses what the engine refuses, if with fewer words: size, document type, control characters, an envelope against
the book, anything against the schema, a wrong check digit.
"""

import re
from datetime import datetime
from xml.sax.saxutils import escape

from lxml import etree

from gateway.mapping import contract
from gateway.mapping.contract_versions import NEWEST
from gateway.model.codes import Choice, ContributionKind, ContributionState, Cycle, IdType, Insurance, Scheme
from gateway.model.person import Consent, Identity
from gateway.model.province import EnrolWorker
from gateway.model.province_records import ContributionLine, ContributionsFound
from gateway.model.values import Money, Month, Region, parse_date, parse_instant
from gateway.ports import Control

Element = etree._Element  # noqa: SLF001 - what lxml calls the class of its elements

_NS = NEWEST.namespace
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_LARGEST = 1 << 20
_CONTROL = re.compile("[\x7f-\x9f]")
_SCHEMA = etree.XMLSchema(etree.fromstring(contract.xsd(NEWEST)))
_HEAD, _TAIL = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{_SOAP}"><soap:Header>',
    "</soap:Body></soap:Envelope>",
)


def _names(*local: str) -> list[str]:
    return [f"{{{_NS}}}{name}" for name in local]


_EXCHANGE, _PERSON, _CONSENT, _LINES, _UNANSWERED = _names("Exchange", "person", "consent", "lines", "unanswered")
_PARSER = etree.XMLParser(
    encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, collect_ids=False
)


def opened(body: bytes) -> tuple[Element, Element]:
    """The Exchange block and the payload of an envelope, both valid by the schema; ValueError for anything else."""
    if len(body) > _LARGEST or _CONTROL.search(body.decode()):
        raise ValueError("too long, or control characters")
    root = etree.fromstring(body, _PARSER)
    if root.getroottree().docinfo.internalDTD is not None or root.tag != f"{{{_SOAP}}}Envelope" or len(root) != 2:  # noqa: PLR2004 - a Header and a Body
        raise ValueError("not an envelope")
    header, content = root
    block = header.find(_EXCHANGE)
    if block is None or len(content) != 1:
        raise ValueError("no Exchange, or not one payload")
    payload = content[0]
    for element in (block, payload):
        if not _SCHEMA.validate(element):
            raise ValueError(str(_SCHEMA.error_log))
    return block, payload


def _texts(element: Element) -> dict[str, str]:
    cut = len(_NS) + 2
    return {child.tag[cut:]: child.text or "" for child in element}


def control(block: Element) -> Control:
    """What the Exchange block carries."""
    told = _texts(block)
    extra = {"refers_to": told["refers_to"]} if "refers_to" in told else {}
    return Control(told["message_id"], told["sender"], told["receiver"], parse_instant(told["sent_at"]), extra)


def read_enrolment(body: bytes) -> tuple[EnrolWorker, Control]:
    """The enrolment in an envelope."""
    block, payload = opened(body)
    told, person, consent = _texts(payload), payload.find(_PERSON), payload.find(_CONSENT)
    who, agreed = _texts(person), _texts(consent)  # type: ignore[arg-type]  # the schema has seen that they are there
    message = EnrolWorker(
        told["reference"],
        Identity(IdType(who["id_type"]), who["id_number"], who["name"]),
        told["mobile"],
        Insurance(told["insurance"]),
        Choice(told["choice"]),
        Region(told["agency"]),
        Region(told["workplace_region"]),
        Region(told["registered_region"]),
        Month.parse(told["start"]),
        int(told["grade"]),
        Cycle(told["cycle"]),
        Money.parse(told["base"].strip()),
        Consent(agreed["reference"], parse_instant(agreed["given_at"].strip())),
        told.get("supplements"),
        told.get("material"),
    )
    return message, control(block)


def read_contributions(body: bytes) -> tuple[ContributionsFound, Control]:
    """The contribution record in an envelope."""
    block, payload = opened(body)
    told = _texts(payload)
    lines = tuple(_line(_texts(each)) for each in payload.iterchildren(_LINES))
    silent = tuple(Region(each.text or "") for each in payload.iterchildren(_UNANSWERED))
    found = ContributionsFound(told["known"].strip() == "true", told.get("person_number"), lines, silent)
    return found, control(block)


def _line(told: dict[str, str]) -> ContributionLine:
    return ContributionLine(
        Scheme(told["scheme"]),
        Region(told["region"]),
        Month.parse(told["first"]),
        ContributionState(told["state"]),
        _month(told.get("last")),
        _month(told.get("booked")),
        ContributionKind(told["kind"]) if "kind" in told else None,
        _money(told.get("base")),
        _money(told.get("personal")),
        _money(told.get("employer")),
        _money(told.get("other")),
        _money(told.get("interest")),
        _money(told.get("late_fee")),
        _money(told.get("total")),
        parse_date(told["paid_on"].strip()) if "paid_on" in told else None,
        told.get("unit_number"),
        told.get("unit_name"),
        told.get("notice_number"),
        told.get("voucher_number"),
    )


def _month(text: str | None) -> Month | None:
    return None if text is None else Month.parse(text)


def _money(text: str | None) -> Money | None:
    return None if text is None else Money.parse(text.strip())


def _element(name: str, value: object) -> str:
    return "" if value is None else f"<{name}>{escape(str(value))}</{name}>"


def _envelope(told: Control, name: str, payload: str) -> bytes:
    refers = _element("refers_to", told.extra.get("refers_to"))
    return (
        f'{_HEAD}<Exchange xmlns="{_NS}"><message_id>{escape(told.message_id)}</message_id>'
        f"<sender>{escape(told.sender)}</sender><receiver>{escape(told.receiver)}</receiver>"
        f"<sent_at>{_instant(told.sent_at)}</sent_at>{refers}</Exchange></soap:Header><soap:Body>"
        f'<{name} xmlns="{_NS}">{payload}</{name}>{_TAIL}'
    ).encode()


def _instant(moment: datetime) -> str:
    return moment.isoformat()


def write_enrolment(message: EnrolWorker, told: Control) -> bytes:
    """The envelope of an enrolment."""
    m, who = message, message.person
    payload = (
        f"<reference>{escape(m.reference)}</reference><person><id_type>{who.id_type}</id_type>"
        f"<id_number>{escape(who.id_number)}</id_number><name>{escape(who.name)}</name></person>"
        f"<mobile>{escape(m.mobile)}</mobile><insurance>{m.insurance}</insurance><choice>{m.choice}</choice>"
        f"<agency>{m.agency}</agency><workplace_region>{m.workplace_region}</workplace_region>"
        f"<registered_region>{m.registered_region}</registered_region><start>{m.start}</start>"
        f"<grade>{m.grade}</grade><cycle>{m.cycle}</cycle><base>{m.base}</base>"
        f"<consent><reference>{escape(m.consent.reference)}</reference>"
        f"<given_at>{_instant(m.consent.given_at)}</given_at></consent>"
        f"{_element('supplements', m.supplements)}{_element('material', m.material)}"
    )
    return _envelope(told, "EnrolWorker", payload)


def write_contributions(message: ContributionsFound, told: Control) -> bytes:
    """The envelope of a contribution record."""
    lines = "".join(
        f"<lines><scheme>{line.scheme}</scheme><region>{line.region}</region><first>{line.first}</first>"
        f"<state>{line.state}</state>{_element('last', line.last)}{_element('booked', line.booked)}"
        f"{_element('kind', line.kind)}{_element('base', line.base)}{_element('personal', line.personal)}"
        f"{_element('employer', line.employer)}{_element('other', line.other)}{_element('interest', line.interest)}"
        f"{_element('late_fee', line.late_fee)}{_element('total', line.total)}{_element('paid_on', line.paid_on)}"
        f"{_element('unit_number', line.unit_number)}{_element('unit_name', line.unit_name)}"
        f"{_element('notice_number', line.notice_number)}{_element('voucher_number', line.voucher_number)}</lines>"
        for line in message.lines
    )
    silent = "".join(f"<unanswered>{region}</unanswered>" for region in message.unanswered)
    number = _element("person_number", message.person_number)
    known = "true" if message.known else "false"
    return _envelope(told, "GetContributionsAnswer", f"<known>{known}</known>{number}{lines}{silent}")
