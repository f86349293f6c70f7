"""The `samples/index.yaml` of a proposal: what each example is, and what may differ in a request."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.mapping.contract_shape import ContractShape
from gateway.mapping.places import places, plain
from gateway.mapping.propose import alike
from gateway.mapping.propose_text import UNDECIDED, block
from gateway.mapping.sample_named import Example
from gateway.mapping.samples import document_of

_CHANGING: Mapping[str, str] = {
    name: why
    for names, why in (
        (
            ("lsh", "jylsh", "serial", "serialno", "msgid", "messageid", "requestid", "transid"),
            "another serial every call",
        ),
        (("fssj", "sendtime", "timestamp", "opttime", "reqtime", "jysj"), "the time of the call"),
        (("sign", "signature", "qm", "token", "nonce"), "made anew for every call"),
    )
    for name in names
}


def samples_file(
    examples: Sequence[Example], shape: ContractShape, messages: Mapping[str, str], paths: Mapping[str, str]
) -> str:
    """The text of the file. An example's call is named by its file, or by the element in it that is an operation's."""
    entries = [_entry(each, examples, shape, messages, paths) for each in examples]
    text = [
        "# Documents as on the wire. `about`: the request that a reply answers; `error`: how one that says no is read.",
        *block({"samples": entries}),
    ]
    changing = [{"there": place, "because": why} for place, why in _changing(examples)]
    text.append("# Places of requests in which another value than the sample's may stand.")
    text += list(block({"substitutes": changing})) if changing else ["substitutes: []"]
    return "\n".join(text) + "\n"


def _entry(
    each: Example,
    examples: Sequence[Example],
    shape: ContractShape,
    messages: Mapping[str, str],
    paths: Mapping[str, str],
) -> dict[str, Any]:
    message = messages.get(each.name) or alike(each.name) or each.name
    made = {"file": each.path.name, "message": message, "direction": each.direction}
    if each.direction == "reply":
        asked = [one for one in examples if one.name == each.name and one.direction == "request"]
        made["about"] = asked[0].path.name if asked else f"{UNDECIDED} the request that it answers"
    elif shape.style == "json":
        made["path"] = paths.get(each.name) or f"{UNDECIDED} the path of the call"
    return made | {"situation": each.situation or "as it comes", "status": "seen"}


def _changing(examples: Sequence[Example]) -> Iterator[tuple[str, str]]:
    """By their names, as the player calls their places: serials, times, signatures."""
    found: dict[str, str] = {}
    for each in examples:
        if each.direction == "request":
            for place in map(plain, places(document_of(each.path))):
                why = _CHANGING.get(place.rpartition(".")[2].removeprefix("@").lower())
                if why:
                    found.setdefault(place, why)
    yield from found.items()
