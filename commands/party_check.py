"""`party check`: the connection to a party, or its contract test, against its samples or its test address."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from commands.output import as_json_option, show, show_one
from commands.party_options import mappings_option, spoken_of
from gateway.errors import GatewayError
from gateway.mapping.contract_versions import VERSIONS
from gateway.mapping.party_files import party_file
from gateway.mapping.rulefile import RuleFile
from gateway.mapping.samples import read_samples
from gateway.mapping.trial import Ask, Exchanged, Trial
from gateway.mapping.trial_contract import ContractTrial
from gateway.services.runtime import Runtime

Opened = Callable[[], Runtime]
Asker = Callable[[Path, str, Mapping[str, str]], Ask]
_EXAMPLES = (
    "\b\n"
    "app.py party check qinghai --samples\n"
    "app.py party check qinghai --live --address https://test.qinghai.example/si\n"
)
"""Shown below the help; the first character keeps the lines as they are."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """The options of one check, by their names on the command line."""

    samples: bool
    live: bool
    address: str
    changes: bool
    mappings: Path
    as_json: bool


def party_check(asker: Asker, settings: Callable[[], Mapping[str, str]]) -> click.Command:
    """The command. `asker`: what asks a party at an address; `settings`: PARTY_... as they are set."""

    @click.command("check", epilog=_EXAMPLES)
    @click.argument("names", nargs=-1)
    @click.option("--samples", is_flag=True, help="Contract test against the sample player; nothing is sent.")
    @click.option("--live", is_flag=True, help="Contract test against the party's own test address.")
    @click.option("--address", default="", help="With --live: the test address (else PARTY_<NAME>_TEST_URL).")
    @click.option("--changes", is_flag=True, help="With --live: send what changes something too.")
    @mappings_option
    @as_json_option
    @click.pass_obj
    def command(opened: Opened, /, names: tuple[str, ...], **options: Any) -> None:
        """Try the connection to parties (all without NAMES); exit code 1 where one fails.

        With --samples or --live the contract test of each party: every sample request is written anew, and what comes
        back is read. What is not as agreed is printed as a report that can be sent to the party: message, field,
        expected, found. The sample player takes nothing but the samples, serials and times aside.
        """
        wish = _Wish(**options)
        if not (wish.samples or wish.live):
            _connections(opened, names, as_json=wish.as_json)
            return
        if wish.samples and wish.live:
            raise click.UsageError("--samples or --live, one of them")
        if not names:
            raise click.UsageError("name the party whose contract is to be tested")
        _tested(names, wish, asker, settings)

    return command


def _tested(names: Sequence[str], wish: _Wish, asker: Asker, settings: Callable[[], Mapping[str, str]]) -> None:
    made = {}
    for name in names:
        ask = asker(wish.mappings, name, _at(name, settings(), wish.address)) if wish.live else None
        made[name] = list(_trial(wish.mappings, name, ask, changes=wish.changes))
    _report(made, "its test address" if wish.live else "the samples", as_json=wish.as_json)


def _at(name: str, given: Mapping[str, str], address: str) -> Mapping[str, str]:
    """The settings of parties with the test address (and test secret) of one in the place of its own."""
    before = f"PARTY_{name.upper().replace('-', '_')}"
    found = address or given.get(f"{before}_TEST_URL", "")
    if not found:
        reason = (
            "no test address; set it, or give --address: a contract test is not sent to the address of the real system"
        )
        raise GatewayError("setting_invalid", name=f"{before}_TEST_URL", reason=reason)
    secret = given.get(f"{before}_TEST_SECRET", given.get(f"{before}_SECRET", ""))
    return {**given, f"{before}_URL": found, f"{before}_SECRET": secret}


def _trial(mappings: Path, name: str, ask: Ask | None, *, changes: bool) -> Iterator[Exchanged]:
    file = party_file(mappings, name)
    trial = _trial_of(mappings, name, file)
    carried = [str(item["message"]) for item in file.data.get("supports", ())]
    if ask is None:
        return trial.played(name, carried)
    return trial.asked(ask, carried, changes=changes)


def _trial_of(mappings: Path, name: str, file: RuleFile) -> Trial | ContractTrial:
    """What tests the dialect of a party; GatewayError `data_invalid` for one that nothing is asked in."""
    now = datetime.now(UTC).replace(microsecond=0)
    language = file.data.get("dialect", {})
    if language.get("name") == "gateway" and language.get("version") in VERSIONS:
        return ContractTrial(language["version"], mappings, now)
    if language.get("name") == "webhook":
        reason = (
            f"{name} is told of its cases by webhooks and asked nothing: there is no answer whose form could be tested"
        )
        raise file.invalid(reason, "dialect")
    dialect = spoken_of(mappings, name).dialect
    return Trial(dialect, read_samples(dialect.tables.folder.path / "samples"), mappings, now)


def _report(made: Mapping[str, Sequence[Exchanged]], against: str, *, as_json: bool) -> None:
    """The report, a party after the other; exit code 1 where something is not as agreed."""
    rows = {name: [_row(each) for each in exchanged] for name, exchanged in made.items()}
    wrong = {name: [_found(one) for each in exchanged for one in each.findings] for name, exchanged in made.items()}
    if as_json:
        show_one({name: {"exchanges": rows[name], "findings": wrong[name]} for name in made}, as_json=True)
    for name in () if as_json else made:
        click.echo(f"contract test of {name} against {against}")
        show(rows[name], as_json=False, empty="there is no sample request")
        if wrong[name]:
            click.echo("\nnot as agreed:")
            show(wrong[name], as_json=False)
        done = sum(row["result"] != "left out" for row in rows[name])
        click.echo(f"{done} exchange(s), {len(wrong[name])} finding(s)")
    nothing = any(all(row["result"] == "left out" for row in rows[name]) for name in made)
    if any(wrong.values()) or nothing:
        raise SystemExit(1)


def _row(each: Exchanged) -> dict[str, str]:
    left_out = bool(each.note) and not each.findings and not each.note.startswith("it says")
    result = "left out" if left_out else f"{len(each.findings)} finding(s)" if each.findings else "as agreed"
    return {"message": each.message, "sample": each.sample, "result": result, "note": each.note}


def _found(one: object) -> dict[str, str]:
    return {name: getattr(one, name) for name in ("message", "sample", "field", "expected", "found")}


def _connections(opened: Opened, names: Sequence[str], *, as_json: bool) -> None:
    parties = opened().parties
    for name in names:
        if name not in parties:
            raise GatewayError("not_found", thing=f"party {name[:64]} (there are {', '.join(sorted(parties))})")
    wrong = {name: parties[name].check() for name in (names or sorted(parties))}
    show([{"party": name, "result": text or "ok"} for name, text in wrong.items()], as_json=as_json)
    if any(wrong.values()):
        raise SystemExit(1)
