"""Contracts derived anew from the WSDLs beside dialects: where tables and WSDL differ, with file and line."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping import contract
from gateway.mapping.contract_shape import ContractShape, Element
from gateway.mapping.contract_versions import VERSIONS
from gateway.mapping.dialect_plan import Plan, Step
from gateway.mapping.dialect_side import Side
from gateway.mapping.dialect_tables import Tables
from gateway.mapping.propose_dialect import namespaces, orders
from gateway.mapping.wsdl_reader import files_of, read_wsdl

_OPERATION = "call.operation"


def contracts(folder: Path) -> Iterator[Path]:
    """The WSDLs of one version of a dialect, without those that another one imports."""
    found = {*folder.glob("*.wsdl"), *folder.glob("contract/*.wsdl")}
    return iter(sorted(found - {part for path in found for part in _parts(path)}))


def _parts(path: Path) -> Sequence[Path]:
    try:
        return files_of(path)[1:]
    except GatewayError:
        return ()  # whoever reads it says what is wrong


def of_gateway(mappings: Path) -> Iterator[str]:
    """Our own contract against the records that it is made from, in each version whose WSDL lies under `mappings`."""
    for version in VERSIONS.values():
        for path in contracts(mappings / "dialects" / "gateway" / version.number):
            try:
                made = read_wsdl(path, contract.wsdl(version, contract.PLACE))
                yield from _unlike(path, read_wsdl(path), made)
            except GatewayError as error:
                yield str(error)


def of_tables(tables: Tables) -> Iterator[str]:
    """The tables of a dialect against each WSDL that lies beside them."""
    for path in contracts(tables.folder.path):
        try:
            shape = read_wsdl(path)
        except GatewayError as error:
            yield str(error)
            continue
        if tables.folder.dialect.syntax == "typed_soap":
            yield from _typed(path, shape, tables)
        else:
            yield from _around(path, shape, tables)


def _unlike(path: Path, committed: ContractShape, made: ContractShape) -> Iterator[str]:
    """What the WSDL has and the records do not, and the other way round."""
    there, ours = _leaves(committed), _leaves(made)
    for place, element in there.items():
        other = ours.get(place)
        if other is None:
            yield f"{path}, line {_line(element)}: {place} is in the WSDL and in no canonical record"
        elif (other.kind, other.values, other.optional, other.longest) != (
            element.kind,
            element.values,
            element.optional,
            element.longest,
        ):
            yield f"{path}, line {_line(element)}: {place} is not described as its canonical record says; make it anew"
    for place in ours:
        if place not in there:
            yield f"{path}, line 1: {place} is in a canonical record and not in the WSDL; make it anew"


def _leaves(shape: ContractShape) -> dict[str, Element]:
    return {
        f"{called.name} {root.name}.{place}": element
        for called in shape.operations
        for root in (called.request, called.reply)
        for place, element in root.leaves()
    }


def _typed(path: Path, shape: ContractShape, tables: Tables) -> Iterator[str]:
    folder = tables.folder
    options, lossy = folder.dialect.options, folder.dialect.lossy
    yield from _options(path, shape, tables)
    sides = {(str(side.block.tells.get(_OPERATION)), direction): side for direction, side in tables.sides()}
    for called in shape.operations:
        if f"operation.{called.name}" in lossy:
            continue
        if (called.name, "request") not in sides or called.name not in options["operations"]:
            where = f"{path}, line {called.at.rpartition(':')[2]}"
            what = f"write one, or list operation.{called.name} as lossy"
            yield f"{where}: no table has the operation {called.name}; {what}"
            continue
        yield from _lines(path, called.request, "request", sides[called.name, "request"], tables)
        if (called.name, "reply") in sides:
            yield from _lines(path, called.reply, "reply", sides[called.name, "reply"], tables)


def _options(path: Path, shape: ContractShape, tables: Tables) -> Iterator[str]:
    """The options of the syntax, which say in which order elements stand and which may be repeated."""
    file, options = tables.folder.file, tables.folder.dialect.options
    if options.get("namespace") != shape.namespace:
        yield f"{file.path}, line {file.line('options', 'namespace')}: {path.name} has the namespace {shape.namespace}"
    yield from _namespaces(path, shape, tables)
    known = {called.name: called for called in shape.operations}
    for name, told in options["operations"].items():
        where = f"{file.path}, line {file.line('options', 'operations', name)}"
        if name not in known:
            yield f"{where}: {path.name} has no operation {name}; it has {', '.join(known)}"
        elif told.get("action", "") != known[name].action:
            yield f"{where}: the action of {name} is {known[name].action} in {path.name}"
    for called in shape.operations:
        if called.name not in options["operations"]:
            continue
        for root in (called.request, called.reply):
            for place, names in orders(root, root.name):
                if names and list(options["elements"].get(place, ())) != names:
                    where = f"{file.path}, line {file.line('options', 'elements', place)}"
                    yield f"{where}: in {path.name} {place} holds {', '.join(names)}"


def _namespaces(path: Path, shape: ContractShape, tables: Tables) -> Iterator[str]:
    """Elements whose name is in another namespace than the options of the syntax say."""
    file, options = tables.folder.file, tables.folder.dialect.options
    roots, listed = _roots(options), options.get("namespaces", {})
    for place, namespace in namespaces(shape).items():
        if place.partition(".")[0] in roots and listed.get(place) != namespace:
            what = f"{place} is in the namespace {namespace or '(none)'}; list it in `namespaces`"
            yield f"{file.path}, line {file.line('options')}: in {path.name} {what}"


def _roots(options: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(each[side]) for each in options["operations"].values() for side in ("request", "reply"))


def _lines(path: Path, root: Element, part: str, side: Side, tables: Tables) -> Iterator[str]:
    """Each element has a line, each line its element; what must stand in a request is written by one."""
    steps = dict(_places(side))
    leaves = {f"{part}.{place}".removesuffix("[]"): element for place, element in root.leaves()}
    heads = {trouble.there for trouble in tables.folder.dialect.troubles}
    heads |= {trouble.words for trouble in tables.folder.dialect.troubles}
    for place, element in leaves.items():
        where = f"{path}, line {_line(element)}"
        if place not in steps and not (part == "reply" and place in heads):
            table = side.located.file.path.name
            yield f"{where}: {place} of {side.name} has no line in {table}; give it one, or `ignored`"
        elif part == "request" and not element.optional and not _writes(steps[place]):
            yield f"{where}: {place} of {side.name} has to stand in every request, and no line writes it"
    for place, step in steps.items():
        if place.startswith(f"{part}.") and place not in leaves:
            at = f"{step.placed.file.path}, line {step.placed.file.line(*step.placed.steps)}"
            yield f"{at}: {place} is no element of {root.name} in {path.name} (line {root.at.rpartition(':')[2]})"
        elif place in leaves:
            yield from _codes(step, leaves[place], tables)


def _codes(step: Step, element: Element, tables: Tables) -> Iterator[str]:
    """Codes that the WSDL does not allow."""
    if step.codes is None or not element.values or len(step.names) != 1:
        return
    file = tables.folder.codes_file
    for index, line in enumerate(step.codes.source.codes):
        if isinstance(line.there, str) and line.there and line.there not in element.values:
            where = f"{file.path}, line {file.line(step.codes.name, 'codes', index)}"
            allowed = ", ".join(element.values)
            yield f"{where}: {line.there} is not allowed at {step.place} ({element.at} allows {allowed})"


def _writes(step: Step) -> bool:
    return not step.line.ignored and step.line.only != "read"


def _places(side: Side) -> Iterator[tuple[str, Step]]:
    """The places of a table as the WSDL has them, `[]` behind what may stand several times."""
    yield from _of_plan(side.plan, "")
    if side.row_plan is not None and side.block.rows is not None:
        several = "" if side.block.rows.take == "itself" else "[]"
        yield from _of_plan(side.row_plan, f"{side.block.rows.there}{several}.")


def _of_plan(plan: Plan, before: str) -> Iterator[tuple[str, Step]]:
    for step in plan.steps:
        if step.each is not None:
            yield from _of_plan(step.each, before if step.names == ("*",) else f"{before}{step.place}[].")
            continue
        for name in step.names:
            yield before + ".".join((*step.group, name)), step


def _around(path: Path, shape: ContractShape, tables: Tables) -> Iterator[str]:
    """Of calls that hold one string: the elements around it, and the names of the calls."""
    file, options = tables.folder.file, tables.folder.dialect.options
    told: Mapping[str, object] = {"namespace": shape.namespace, **shape.around}
    for name, there in told.items():
        if name in options and options[name] != there:
            yield f"{file.path}, line {file.line('options', name)}: {path.name} has {there} for {name}"
    names = {called.name for called in shape.operations}
    for name in options.get("operations", ()):
        if shape.style == "one_string" and name not in names:
            yield f"{file.path}, line {file.line('options', 'operations')}: {path.name} has no operation {name}"


def _line(element: Element) -> str:
    return element.at.rpartition(":")[2]
