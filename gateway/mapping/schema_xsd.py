"""Canonical records as XML Schema: a type per record and code list, facets from bounds, words in both languages."""

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from inspect import getdoc
from typing import Protocol

from lxml import etree

from gateway.mapping.schema import FORMS, codes, text_bounds, whole_bounds
from gateway.model.shape import Doc, Shape, shapes

XS = "http://www.w3.org/2001/XMLSchema"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Make(Protocol):
    """Makes an element: its local name, children or text, attributes in order."""

    def __call__(self, tag: str, /, *content: etree._Element | str, **attributes: str) -> etree._Element:
        """The element."""
        ...


def maker(namespace: str) -> Make:
    """What makes elements of `namespace`."""

    def make(tag: str, /, *content: etree._Element | str, **attributes: str) -> etree._Element:
        made = etree.Element(f"{{{namespace}}}{tag}", attributes, nsmap={"xs": XS} if namespace == XS else None)
        for part in content:
            if isinstance(part, str):
                made.text = part
            else:
                made.append(part)
        return made

    return make


_XS = maker(XS)


def schema(elements: Mapping[str, type], namespace: str, version: str, block: type) -> etree._Element:
    """The schema whose global `elements` hold the given records; every child qualified, everything closed.

    `block` is the record of our header block, which carries the attributes that SOAP and WS-Security put on it.
    """
    root = etree.Element(
        f"{{{XS}}}schema",
        {"targetNamespace": namespace, "elementFormDefault": "qualified", "version": version},
        nsmap={"xs": XS, "g": namespace},
    )
    for name, record in elements.items():
        root.append(_XS("element", name=name, type=f"g:{_type_name(record)}"))
    for kind in _kinds(elements):
        made = _record(kind) if kind not in FORMS and is_dataclass(kind) else _simple(kind)
        if kind is block:
            made.append(_XS("anyAttribute", namespace="##other", processContents="lax"))
        root.append(made)
    return root


def written(root: etree._Element) -> bytes:
    """A generated document as it is committed and served."""
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _kinds(elements: Mapping[str, type]) -> list[type]:
    """Records in the order in which they are met, then the simple types that they use."""
    met: dict[type, None] = {}

    def meet(record: type) -> None:
        if record not in met:
            met[record] = None
            for item in shapes(record):
                if item.is_record:
                    meet(item.kind)

    for record in elements.values():
        meet(record)
    used = {item.kind for record in met for item in shapes(record)} - set(met) - {str, int}
    return [*met, *sorted(used, key=_type_name)]


def _type_name(kind: type) -> str:
    if kind in FORMS:
        return FORMS[kind].name
    return "Boolean" if kind is bool else kind.__name__


def _record(record: type) -> etree._Element:
    return _XS(
        "complexType",
        *_words(getdoc(record)),
        _XS("sequence", *(_field(item) for item in shapes(record))),
        name=_type_name(record),
    )


def _field(item: Shape) -> etree._Element:
    attributes = {"name": item.name}
    if item.kind not in (str, int):
        attributes["type"] = f"g:{_type_name(item.kind)}"
    if not item.required:
        attributes["minOccurs"] = "0"
    if item.many:
        attributes["maxOccurs"] = "unbounded"
    return _XS("element", *_words(item.doc), *_bounded(item), **attributes)


def _bounded(item: Shape) -> Iterator[etree._Element]:
    if item.kind is int:
        whole = whole_bounds(item)
        facets = [_XS("minInclusive", value=str(whole.min)), _XS("maxInclusive", value=str(whole.max))]
        yield _XS("simpleType", _XS("restriction", *facets, base="xs:int"))
    elif item.kind is str:
        bounds = text_bounds(item)
        facets = [_XS("minLength", value=str(bounds.min)), _XS("maxLength", value=str(bounds.max))]
        facets += [_XS("pattern", value=bounds.pattern)] if bounds.pattern else []
        yield _XS("simpleType", _XS("restriction", *facets, base="xs:string"))


def _simple(kind: type) -> etree._Element:
    if kind in FORMS:
        base, facets = FORMS[kind].xsd_base, [_XS("pattern", value=FORMS[kind].pattern)]
        return _XS("simpleType", _XS("restriction", *facets, base=base), name=_type_name(kind))
    if kind is bool:
        return _XS(
            "simpleType", _XS("restriction", _XS("pattern", value="true|false"), base="xs:boolean"), name="Boolean"
        )
    listed = [_XS("enumeration", value=code) for code in codes(kind)]
    return _XS(
        "simpleType", *_words(getdoc(kind)), _XS("restriction", *listed, base="xs:string"), name=_type_name(kind)
    )


def _words(doc: Doc | str | None) -> Iterator[etree._Element]:
    said = {"en": doc.en, "zh": doc.zh} if isinstance(doc, Doc) else {"en": " ".join((doc or "").split())}
    sentences = [_XS("documentation", text) for text in said.values() if text]
    for sentence, language in zip(sentences, said, strict=False):
        sentence.set(_LANG, language)
    if sentences:
        yield _XS("annotation", *sentences)
