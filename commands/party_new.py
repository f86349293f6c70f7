"""`party new`: a party of a known dialect, or a new dialect proposed from a WSDL or from examples."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from commands.party_options import mappings_option
from gateway.errors import GatewayError
from gateway.mapping import rulefile
from gateway.mapping.check import check
from gateway.mapping.contract_shape import ContractShape
from gateway.mapping.propose import Proposal, propose
from gateway.mapping.propose_party import FAMILIES, Newcomer, by_tables, like, models, newest
from gateway.mapping.propose_samples import samples_file
from gateway.mapping.sample_named import Example, example
from gateway.mapping.sample_shapes import shape_of
from gateway.mapping.sample_spoken import known_dialect
from gateway.mapping.wsdl_reader import files_of, read_wsdl
from gateway.model.messages import EXCHANGES, Family, carried_by

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_NEW, _FACT = "1.0", 300
_NAME, _LONGEST = re.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*"), 30
_DIGITS = re.compile("[1-9][0-9]{1,5}")
_EXAMPLES = (
    "\b\n"
    "app.py party new provinces/qinghai --dialect yinhai --region 63\n"
    "app.py party new provinces/qinghai --wsdl si.wsdl --message queryPerson=FindWorker --sample find.request.xml\n"
)
"""Shown below the help; the first character keeps the lines as they are."""


@click.command("new", epilog=_EXAMPLES)
@click.argument("folder", metavar="FOLDER/NAME")
@click.option(
    "--dialect", default="", help="NAME or NAME/VERSION: the one it speaks, or with --wsdl or --sample the new one."
)
@click.option("--wsdl", type=_FILE, help="A WSDL, from which a new dialect is proposed.")
@click.option(
    "--sample", "samples", type=_FILE, multiple=True, help="An example document NAME.request.xml, NAME.none.reply.json."
)
@click.option(
    "--message", "said", multiple=True, metavar="OPERATION=MESSAGE", help="Which message an operation carries."
)
@click.option("--path", "paths", multiple=True, metavar="OPERATION=PATH", help="Of JSON: the path of a call.")
@click.option("--like", "of", default="", help="The party to do as, where several speak the dialect.")
@click.option("--zh", default="", help="What people call it, in Chinese.")
@click.option("--en", default="", help="What people call it, in English.")
@click.option("--region", "regions", multiple=True, help="Leading digits of a region that it serves (GB/T 2260).")
@mappings_option
def party_new(  # noqa: PLR0913 - every option of the command line is an argument
    folder: str,
    *,
    dialect: str,
    wsdl: Path | None,
    samples: tuple[Path, ...],
    said: tuple[str, ...],
    paths: tuple[str, ...],
    of: str,
    zh: str,
    en: str,
    regions: tuple[str, ...],
    mappings: Path,
) -> None:
    """Write what a new party FOLDER/NAME needs (provinces/qinghai, medical/qinghai, tax/qinghai) and nothing else.

    With --dialect alone: one party.yaml that passes the check. With --wsdl or --sample: a proposal for a new dialect
    beside it, in which every place that a person has to decide begins with "?"; the check lists them with their lines.
    A WSDL may be document/literal or RPC; where its calls hold one string, give examples of what stands in it too.
    """
    newcomer = _newcomer(mappings, folder, zh, en, regions)
    if wsdl is None and not samples:
        _of_known(mappings, newcomer, dialect, of)
    else:
        messages = _pairs("--message", said, EXCHANGES)
        _of_new(mappings, newcomer, dialect, (wsdl, samples), (messages, _pairs("--path", paths, None)))


def _newcomer(mappings: Path, folder: str, zh: str, en: str, regions: tuple[str, ...]) -> Newcomer:
    family, _, name = folder.strip("/").partition("/")
    if family not in FAMILIES or not _NAME.fullmatch(name) or len(name) > _LONGEST:
        known = ", ".join(f"{each}/NAME" for each in FAMILIES)
        form = f"the name in small letters, digits and single hyphens, a letter first, {_LONGEST} characters at most"
        raise click.BadParameter(f"it is one of {known}, {form}", param_hint="FOLDER/NAME")
    newcomer = Newcomer(family, name, zh, en, regions)
    taken = {str(rulefile.read(path).data.get("id")): path for path in mappings.glob("*/*/party.yaml")}
    if (at := taken.get(newcomer.id)) is not None:
        there = "is there already" if at == mappings / newcomer.path else f"has the id {newcomer.id} already"
        raise click.BadParameter(f"{at} {there}; nothing was written", param_hint="FOLDER/NAME")
    codes = rulefile.read(mappings / "regions.yaml").data["regions"]
    for region in regions:
        if not _DIGITS.fullmatch(region) or not any(code.startswith(region) for code in codes):
            reason = f"{region}: no region of regions.yaml begins so; it is two to six digits, such as 63 or 6301"
            raise click.BadParameter(reason, param_hint="--region")
    return newcomer


def _of_known(mappings: Path, newcomer: Newcomer, dialect: str, of: str) -> None:
    """One party.yaml, as another party of the dialect says of itself, or by the tables where there is none."""
    if not dialect:
        raise click.UsageError("say which dialect it speaks (--dialect), or give a --wsdl or a --sample of a new one")
    name, _, version = dialect.partition("/")
    version = version or newest(mappings, name)
    found = models(mappings, newcomer, name, version)
    if of and of not in found:
        raise GatewayError(
            "not_found", thing=f"party {of} of the dialect {name} {version} ({', '.join(found) or 'none'})"
        )
    if not found:
        raise GatewayError(
            "not_found", thing=f"{newcomer.family} that speaks {name} {version}; propose from a --wsdl or --sample"
        )
    model = of or next(iter(found))
    _write(mappings / newcomer.path, like(newcomer, found[model]).encode())
    click.echo(f"written: {newcomer.path}, as {model} says of itself")
    _checked(mappings, newcomer)


def _of_new(
    mappings: Path,
    newcomer: Newcomer,
    dialect: str,
    sources: tuple[Path | None, Sequence[Path]],
    told: tuple[Mapping[str, str], Mapping[str, str]],
) -> None:
    """A folder of a dialect and a party.yaml that names it."""
    name, _, version = (dialect or newcomer.name).partition("/")
    version = version or _NEW
    folder = mappings / "dialects" / name / version
    if folder.exists():
        raise click.BadParameter(f"{folder} is there already; nothing was written", param_hint="--dialect")
    wsdl, files = sources
    examples = [example(path) for path in files]
    shape = _shape(wsdl, examples)
    messages, paths = told
    _check_operations(shape, messages, "--message")
    _check_operations(shape, paths, "--path")
    made = propose(shape, (name, version), messages, mappings, paths)
    _check_messages(newcomer, made.messages)
    _write_proposal(folder, made, wsdl, samples_file(examples, shape, messages, paths), examples)
    fact = f"proposed from {shape.source}"
    text = by_tables(newcomer, (name, version), made.messages, fact[:_FACT], shape.encoding)
    _write(mappings / newcomer.path, text.encode())
    operations = ", ".join(each.name for each in shape.operations)
    click.echo(f"read: {shape.source}, {shape.style}, operations {operations}")
    for note in _notes(shape, examples):
        click.echo(f"note: {note}")
    for path in (*(folder / file for file in sorted(made.files)), mappings / newcomer.path):
        click.echo(f"written: {path.relative_to(mappings)}")
    _checked(mappings, newcomer)


def _shape(wsdl: Path | None, examples: Sequence[Example]) -> ContractShape:
    """What the WSDL says; where it says nothing of what its calls hold, what the examples show."""
    if wsdl is None:
        return shape_of(examples)
    shape = read_wsdl(wsdl)
    if not examples or all(each.path.suffix == ".json" for each in examples):
        return shape
    shown = shape_of(examples)
    if shape.style != "one_string" and shown.style != "fragment":
        return shape
    if shown.style not in ("one_string", "fragment") or shown.namespace != shape.namespace:
        raise GatewayError("data_invalid", file=str(wsdl), line="1", reason="the examples are not calls of this WSDL")
    return shown


def _check_operations(shape: ContractShape, told: Mapping[str, str], option: str) -> None:
    names = [each.name for each in shape.operations]
    for name in told:
        if name not in names:
            raise click.BadParameter(
                f"{shape.source} has no operation {name}; it has {', '.join(names)}", param_hint=option
            )


def _check_messages(newcomer: Newcomer, carried: Sequence[str]) -> None:
    """Every message is one of the party's family, and one operation carries it; nothing has been written yet."""
    for message, count in Counter(carried).items():
        if message not in _carried(newcomer.family):
            fitting = [f"{each}/NAME" for each, (family, _) in FAMILIES.items() if message in _carried(family)]
            reason = f"{message} is no message of the family {newcomer.family}; write {' or '.join(fitting)}"
            raise click.BadParameter(reason, param_hint="FOLDER/NAME")
        if count > 1:
            reason = f"{count} operations carry {message}: one table reads it; say of the others what else they carry"
            raise click.BadParameter(reason, param_hint="--message")


def _carried(family: Family) -> frozenset[str]:
    """Every message of a family, those that only a few dialects have among them."""
    return frozenset((*carried_by(family), *carried_by(family, few=True)))


def _notes(shape: ContractShape, examples: Sequence[Example]) -> Iterator[str]:
    """What the proposal does not show, and what is here already."""
    for odd in shape.odd:
        yield f"not carried: {odd}"
    for name in sorted({known_dialect(each.path.read_bytes()) for each in examples} - {""}):
        yield f"the examples look like the dialect {name}, which is here: `party new FOLDER/NAME --dialect {name}`"


def _write_proposal(folder: Path, made: Proposal, wsdl: Path | None, index: str, examples: Sequence[Example]) -> None:
    for file, text in made.files.items():
        _write(folder / file, text.encode())
    if wsdl is not None:
        for path in files_of(wsdl):
            _write(folder / "contract" / path.relative_to(wsdl.parent), path.read_bytes())
    if examples:
        _write(folder / "samples" / "index.yaml", index.encode())
    for each in examples:
        shutil.copyfile(each.path, folder / "samples" / each.path.name)


def _checked(mappings: Path, newcomer: Newcomer) -> None:
    """What the check says now, and what to do next."""
    report = check(mappings, newcomer.id)
    for fault in report.faults:
        click.echo(f"open: {fault.replace(f'{mappings}/', '')}")
    if not newcomer.regions and newcomer.family in ("province", "medical"):
        click.echo(f"note: it serves no region (`regions` in {newcomer.path}), so nobody is asked there about cover")
    variable = newcomer.id.upper().replace("-", "_")
    if report.ok:
        click.echo(
            f"next: set PARTY_{variable}_URL (and PARTY_{variable}_SECRET), then `app.py party check {newcomer.id}`"
        )
    else:
        click.echo(f"next: decide what is open, then `app.py check {newcomer.id}`")


def _pairs(option: str, given: Sequence[str], allowed: Mapping[str, object] | None) -> Mapping[str, str]:
    made = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not name or not value:
            raise click.BadParameter(f"{each}: it is OPERATION=... with an equals sign", param_hint=option)
        if allowed is not None and value not in allowed:
            raise click.BadParameter(f"there is no message {value}; there are {', '.join(allowed)}", param_hint=option)
        made[name] = value
    return made


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
