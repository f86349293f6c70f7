"""The `dialect.yaml` of a proposal: the options of its syntax, and how it says that something went wrong."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gateway.mapping.contract_shape import GROUPED, NUMBER, ContractShape, Element
from gateway.mapping.propose_lines import SECRETS
from gateway.mapping.propose_text import UNDECIDED, block, flow, scalar

STATUS: Mapping[str, str] = {
    name: words
    for names, words in (
        (("code", "appcode", "statuscode", "retcode", "returncode", "errcode", "resultcode", "fhz", "err"), "code"),
        (
            ("msg", "message", "appmsg", "errmsg", "errormsg", "retmsg", "returnmsg", "resultmsg", "fhxx", "errtext"),
            "words",
        ),
    )
    for name in names
}
"""Names under which answers say whether all went well, and that say it in words."""

_FORMS = {
    "str": "text",
    "int": "number",
    "Money": "yuan",
    "Month": "month6",
    "Region": "region",
    "date": "date8",
    "datetime": "stamp14",
}
_SYNTAXES = {
    "json": "json",
    "one_string": "string_soap",
    "attributes": "attribute_soap",
    "fragment": "rpc_soap",
    "piped": "piped",
    "rows": "rows",
}
_EMPTY = {
    "attributes": ("omit", "empty"),
    "fragment": ("empty", "empty"),
    "piped": ("omit", "empty"),
    "rows": ("empty", "empty"),
}
"""Whether what has no value is left out of a request and of a reply, or written empty."""
_FAULTS = {"json": "", "piped": "", "rows": "", "attributes": "fault.msg"}
_CONTROL = ("message_id", "sender", "receiver", "sent_at")


def dialect_file(shape: ContractShape, name: tuple[str, str]) -> str:
    """The text of the file. The codes of status elements that mean that all went well are left open."""
    dialect, version = name
    made: dict[str, Any] = {"dialect": dialect, "version": version, "syntax": _syntax(shape)}
    if shape.encoding != "utf-8":
        made["encoding"] = shape.encoding
    text = [f"# Proposed from {shape.source}. Facts cite it by line.", *block(made)]
    text += [f"# Not carried: {odd}" for odd in shape.odd]
    text += [*block({"options": _options(shape)}), f"forms: {flow(_FORMS)}"]
    status = {kind: place for place, kind in _status(shape)}
    asked, said = _EMPTY.get(shape.style, ("omit", "omit"))
    text += ["request:", f"  absent: {asked}", "reply:", f"  absent: {said}", *_said(status, shape)]
    lossy = {f"control.{each}": f"no element of {shape.source} is known to carry it" for each in _CONTROL}
    text += list(block({"lossy": lossy}))
    troubles = list(_troubles(shape, status))
    text += (
        ["troubles:", *troubles] if troubles else ["troubles: [] # decide: which column says that something is wrong"]
    )
    text += ["refusals:", _refusal(shape, status)] if shape.style != "rows" else ["refusals: []"]
    return "\n".join(text) + "\n"


def _syntax(shape: ContractShape) -> str:
    return _SYNTAXES.get(shape.style, "typed_soap")


def _options(shape: ContractShape) -> dict[str, Any]:
    if shape.style == "json":
        return {"api": "call.path"}
    if shape.style in _OPTIONS:
        return _OPTIONS[shape.style](shape)
    made: dict[str, Any] = {"namespace": shape.namespace, "qualified": shape.qualified and shape.style == "document"}
    if shape.style == "encoded":
        made["encoded"] = True
    made |= _version(shape)
    made["operations"] = {
        each.name: {"request": each.request.name, "reply": each.reply.name, "action": each.action}
        for each in shape.operations
    }
    roots = [root for each in shape.operations for root in (each.request, each.reply)]
    made["elements"] = dict(order for root in roots for order in orders(root, root.name))
    made |= {"namespaces": others} if (others := namespaces(shape)) else {}
    types = dict(found for root in roots for found in _types(root, root.name))
    return made | ({"types": types} if shape.style == "encoded" and types else {})


def _version(shape: ContractShape) -> dict[str, Any]:
    """The option of envelopes that are not SOAP 1.1."""
    return {} if shape.soap == "1.1" else {"soap": shape.soap}


def _of_string(shape: ContractShape) -> dict[str, Any]:
    """The elements around the string come from the WSDL or the envelopes; what stands in it only examples tell."""
    first = shape.operations[0]
    rows = sorted({place for each in shape.operations for place in _row_lists(each.reply)})
    status = next(
        (place for place, kind in _status(shape) if kind == "code"), f"{UNDECIDED} an element of every answer"
    )
    return {
        "namespace": shape.namespace,
        "header": shape.around.get("header", ""),
        "operations": list(dict.fromkeys(each.action or each.name for each in shape.operations)),
        "parameter": shape.around["parameter"],
        "answer": shape.around["answer"],
        "request": first.request.name.lower() or f"{UNDECIDED} the root in the string of a call",
        "reply": first.reply.name.lower() or f"{UNDECIDED} the root in the string of an answer",
        "status": status.rpartition(".")[2],
        "rows": rows,
        "credentials": [],
        **{name: shape.around[name] for name in ("wrap", "declares") if name in shape.around},
        **_version(shape),
    }


def _of_fragment(shape: ContractShape) -> dict[str, Any]:
    """Parameters in their order; the status is what every answer begins with."""
    operations = {
        each.action: [leaf.name for place, leaf in each.request.leaves() if place.startswith("params.")]
        for each in shape.operations
    }
    status = next((place for place, kind in _status(shape) if kind == "code"), f"answer.{UNDECIDED} the first element")
    return {
        "namespace": shape.namespace,
        "status": status.rpartition(".")[2],
        "credentials": sorted({name for names in operations.values() for name in names if name.lower() in SECRETS}),
        "operations": operations,
        **_version(shape),
    }


def _of_joined(shape: ContractShape) -> dict[str, Any]:
    """The columns of joined values, as they were named by what stands in them."""
    keys = {each.tells["serviceCode"]: _columns(each.request, "keyInfo") for each in shape.operations}
    results = next((found for each in shape.operations if (found := _columns(each.reply, "ReturnResult"))), [])
    return {"keys": keys, "results": results}


def _of_rows(shape: ContractShape) -> dict[str, Any]:
    """The layouts that the lines of the examples show; names and widths are for a person to confirm."""
    sides = {
        side: {name.partition(" ")[2]: layout for name, layout in shape.layouts.items() if name.startswith(direction)}
        for side, direction in (("requests", "request "), ("replies", "reply "))
    }
    return {**sides, "encoding": shape.encoding, **shape.around}


def _of_attributes(_shape: ContractShape) -> dict[str, Any]:
    return {"media_type": "text/html;charset=GBK"}


_OPTIONS: Mapping[str, Callable[[ContractShape], dict[str, Any]]] = {
    "one_string": _of_string,
    "attributes": _of_attributes,
    "fragment": _of_fragment,
    "piped": _of_joined,
    "rows": _of_rows,
}


def _columns(element: Element, name: str) -> list[str]:
    for child in element.inside:
        if child.name == name:
            return [column.name for column in child.inside]
        if child.inside and (found := _columns(child, name)):
            return found
    return []


def orders(element: Element, place: str) -> Iterator[tuple[str, list[str]]]:
    """The option `elements` of an element: what stands in each element that holds others, in order."""
    yield place, [f"{child.name}{'*' if child.many else ''}" for child in element.inside]
    for child in element.inside:
        if child.inside:
            yield from orders(child, f"{place}.{child.name}")


def namespaces(shape: ContractShape) -> dict[str, str]:
    """The option `namespaces` of typed calls: elements whose name is in another one than that of most, by place."""
    if shape.style not in ("document", "rpc"):
        return {}
    inside = shape.namespace if shape.qualified and shape.style == "document" else ""
    found: dict[str, str] = {}
    for root in (root for each in shape.operations for root in (each.request, each.reply)):
        if root.namespace not in (None, shape.namespace):
            found[root.name] = str(root.namespace)
        found |= {place: name for place, name in _named(root, root.name) if name != inside}
    return found


def _named(element: Element, place: str) -> Iterator[tuple[str, str]]:
    for child in element.inside:
        at = f"{place}.{child.name}"
        if child.namespace is not None:
            yield at, child.namespace
        yield from _named(child, at)


def _types(element: Element, place: str) -> Iterator[tuple[str, str]]:
    for child in element.inside:
        if child.inside:
            yield from _types(child, f"{place}.{child.name}")
        elif child.kind != "string":
            yield f"{place}.{child.name}", child.kind


def _row_lists(element: Element) -> Iterator[str]:
    for child in element.inside:
        if any(inner.name.lower() == "row" and inner.many for inner in child.inside):
            yield child.name.lower()


def said_in_every_answer(shape: ContractShape) -> frozenset[str]:
    """Places that the lines of every answer have: whether all went well, and the words for it."""
    return frozenset(place for place, _ in _status(shape)) if shape.style in GROUPED else frozenset()


def _status(shape: ContractShape) -> Iterator[tuple[str, str]]:
    """Elements of every answer that say whether all went well: their places, `code` or `words`."""
    if shape.style in GROUPED:
        yield from _grouped_status(shape)
        return
    first = shape.operations[0].reply
    for child in first.inside:
        kind = STATUS.get(child.name.lower(), "")
        others = [{one.name for one in each.reply.inside} for each in shape.operations]
        if kind and not child.inside and all(child.name in names for names in others):
            yield _there(shape, first, child.name), kind


def _grouped_status(shape: ContractShape) -> Iterator[tuple[str, str]]:
    """As `_status`, where the elements stand in the groups of their syntax."""
    found: dict[str, str] = {}
    for each in shape.operations:
        for place, leaf in each.reply.leaves():
            name = "code" if place == "result.result" else STATUS.get(leaf.name.lower(), "")
            if name and "[]" not in place:
                found.setdefault(name, place)
    yield from ((place, kind) for kind, place in found.items())


def _there(shape: ContractShape, root: Element, name: str) -> str:
    if shape.style == "json":
        return name
    return f"{root.name.lower()}.{name.lower()}" if shape.style == "one_string" else f"reply.{name}"


def _said(status: Mapping[str, str], shape: ContractShape) -> Iterator[str]:
    if status:
        yield "  lines:"
    if "code" in status:
        made = {
            "there": status["code"],
            "const": _open(shape, status, "what it says when all went well"),
            "inferred": shape.source,
        }
        yield f"    - {flow(made)}"
    if "words" in status:
        made = {"there": status["words"], "fill": "", "inferred": shape.source}
        yield f"    - {flow(made)}"


def _open(shape: ContractShape, status: Mapping[str, str], words: str) -> str:
    """The mark of a status that is for a person to say; JSON tells a number from a text of the same digits."""
    leaves = dict(shape.operations[0].reply.leaves())
    element = leaves.get(status["code"])
    number = shape.style == "json" and element is not None and element.kind == NUMBER
    return f"{UNDECIDED} {words}{': a number, without quotes' if number else ''}"


def _troubles(shape: ContractShape, status: Mapping[str, str]) -> Iterator[str]:
    fault = _FAULTS.get(shape.style, "fault.text")
    if fault:
        yield f"  - {{there: {fault}, otherwise: party_fault}}"
    if shape.style in ("one_string", "fragment"):
        yield "  - {there: bare.text, otherwise: party_fault}"
    if "code" in status:
        yield f"  - there: {status['code']}"
        yield f"    fine: [{scalar(_open(shape, status, 'what it says when all went well'))}]"
        if "words" in status:
            yield f"    words: {status['words']}"
        yield "    otherwise: party_fault"


def _refusal(shape: ContractShape, status: Mapping[str, str]) -> str:
    if fault := _FAULTS.get(shape.style, "fault.text"):
        return f"  - {{words: {fault}}}"
    if "code" not in status:
        return f"  - {{words: {scalar(f'{UNDECIDED} where an answer says no')}}}"
    words = f", words: {status['words']}" if "words" in status else ""
    return f"  - {{tells: {{{status['code']}: {scalar(_open(shape, status, 'what it says when it refuses'))}}}{words}}}"
