"""Register callers: who may call, as what, with which public key."""

import json
import re
from typing import IO

import click

from commands.bootstrap import Keys
from commands.output import as_json_option, done, show
from gateway import settings as settings_of
from gateway.errors import GatewayError
from gateway.security.keyfile import create_once
from gateway.security.signing import VerifyKey
from gateway.web.clients import read_client, secret_setting

_KINDS = ("platform", "province", "operator", "accountant")
_SCOPES = (
    *("enrolments:write", "cases:read", "cases:write", "workers:read", "workers:write", "records:read"),
    *("statements:read", "statements:write", "breaks:read", "breaks:write", "soap:ask", "soap:tell", "operate"),
)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@click.group()
def client() -> None:
    """Look after callers of REST and SOAP."""


@client.command("add")
@click.argument("name")
@click.option("--kind", type=click.Choice(_KINDS), required=True, help="What kind of caller it is.")
@click.option("--scope", "scopes", type=click.Choice(_SCOPES), multiple=True, required=True, help="May be repeated.")
@click.option("--party", default="", help="The party that a province is, as in party.yaml; its name if left out.")
@click.option("--key", type=click.File("rb"), help="Its public key, PEM: EC P-256 or Ed25519.")
@as_json_option
def add(name: str, kind: str, scopes: tuple[str, ...], party: str, key: IO[bytes] | None, as_json: bool) -> None:
    """Register a caller; it signs its assertions (RFC 7523) with the private half of --key.

    A province may do without: it signs in with the secret that is shared with it, PARTY_<PARTY>_SECRET.
    """
    if not _NAME.fullmatch(name):
        reason = "lower-case letters, digits, dots, dashes and underscores, 64 at most"
        raise GatewayError("setting_invalid", name="NAME", reason=reason)
    if key is None and kind != "province":
        raise GatewayError(
            "setting_invalid", name="--key", reason=f"a {kind} signs with a key; only a province need not"
        )
    if kind == "platform" and party not in {"", name}:
        reason = f"a platform is told by webhook as the party of its own name: call it {party}, or leave --party out"
        raise GatewayError("setting_invalid", name="--party", reason=reason)
    entry: dict[str, object] = {"id": name, "kind": kind, "scopes": sorted(scopes), "party": party}
    entry |= {"jwk": _public(key).jwk()} if key else {}
    path = Keys(settings_of.read().var).clients / f"{name}.json"
    if not create_once(path, json.dumps(entry, indent=1).encode()):
        raise GatewayError("setting_invalid", name=name, reason="a caller of this name is registered already")
    secret = {} if key else {"secret": secret_setting(party or name)}
    by_secret = "".join(f"; it signs in with {setting}" for setting in secret.values())
    done(f"{name} is registered as {kind}{by_secret}", as_json=as_json, client=name, kind=kind, **secret)


def _public(key: IO[bytes]) -> VerifyKey:
    try:
        return VerifyKey.from_pem(key.read())
    except (ValueError, TypeError) as problem:
        raise GatewayError("setting_invalid", name="--key", reason=str(problem)) from None


@client.command("list")
@as_json_option
def list_clients(as_json: bool) -> None:
    """List the callers that are registered; exit code 1 where a file is unusable, whose caller is shut out."""
    folder = Keys(settings_of.read().var).clients
    rows, unusable = [], list[GatewayError]()
    for path in sorted((*folder.glob("*.json"), *folder.glob("*.toml"))):
        try:
            each = read_client(path)
        except GatewayError as problem:
            unusable.append(problem)
            continue
        scopes = " ".join(sorted(each.scopes))
        rows.append({"client": each.id, "kind": each.kind, "party": each.party, "scopes": scopes})
    show(rows, as_json=as_json)
    for refused in unusable:
        click.echo(f"{refused.kind.code}: {refused}", err=True)
    if unusable:
        raise SystemExit(1)
