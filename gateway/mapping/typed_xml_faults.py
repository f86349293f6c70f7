"""Which values of a validated element are impossible after all: wrong check digits, codes given twice."""

from lxml import etree

from gateway.errors import Fault
from gateway.mapping.typed_xml import qname, reader, scalar
from gateway.model.identifiers import IdNumberError
from gateway.model.shape import Shape, shapes


def faults(element: etree._Element, record: type, at: str = "") -> list[Fault]:
    """Every fault of a `record` in a validated element of either version, each by the pointer of its place."""
    found = [fault for item in shapes(record) for fault in _of_field(element, item, at)]
    return found or _of_record(element, record, at)


def _of_field(element: etree._Element, item: Shape, at: str) -> list[Fault]:
    children = element.findall(qname(item.name, _namespace(element)))
    places = [f"{at}/{item.name}/{index}" if item.many else f"{at}/{item.name}" for index in range(len(children))]
    if item.is_record:
        return [
            fault for child, place in zip(children, places, strict=True) for fault in faults(child, item.kind, place)
        ]
    texts = [child.text or "" for child in children]
    found = [fault for text, place in zip(texts, places, strict=True) for fault in _of_text(text, item, place)]
    if item.many:
        again = [index for index, text in enumerate(texts) if text in texts[:index]]
        found += [Fault(places[index], "repeated_item", {"item": texts[index]}) for index in again]
    return found


def _of_text(text: str, item: Shape, at: str) -> list[Fault]:
    try:
        scalar(item)(text.strip())
    except ValueError as error:
        return [Fault(at, "bad_pattern", {"form": str(error)})]
    return []


def _of_record(element: etree._Element, record: type, at: str) -> list[Fault]:
    try:
        reader(record, _namespace(element))(element)
    except IdNumberError as error:
        return [Fault(f"{at}/id_number", error.code)]
    except ValueError as error:
        return [Fault(at, "bad_pattern", {"form": str(error)})]
    return []


def _namespace(element: etree._Element) -> str:
    return etree.QName(element).namespace or ""
