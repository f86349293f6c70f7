"""Commands for webhooks: deliver one again, the keys by which receivers verify them."""

from collections.abc import Callable

import click

from commands.operators import act_of, because_option
from commands.output import as_json_option, done, show, show_one
from gateway.model.codes import LegState
from gateway.security.webhooks import generate_secret, public_of
from gateway.services import operate
from gateway.services.runtime import Runtime
from gateway.web.clients import secret_setting

Opened = Callable[[], Runtime]


@click.group()
def webhook() -> None:
    """Look after webhooks: the notices of changes that platforms get (docs/protocols/webhook.md)."""


@webhook.command(
    "replay", epilog="\b\napp.py webhook replay leg_01hq3v9zk8r2m4t6w8y0abcd5 --because 'they lost a day'\n"
)
@click.argument("handle")
@because_option
@as_json_option
@click.pass_obj
def webhook_replay(opened: Opened, handle: str, because: str, as_json: bool) -> None:
    """Deliver one webhook again, whatever became of it. HANDLE: its leg, a CaseChanged of `case show`.

    The receiver knows it by its id, which is the same. Later notices of the case wait until it is through.
    """
    operate.replay_webhook(opened(), handle, act_of("replay", because))
    done(f"{handle} is due now", as_json=as_json, leg=handle, state=LegState.PENDING.value)


@webhook.command("keys")
@as_json_option
@click.pass_obj
def webhook_keys(opened: Opened, as_json: bool) -> None:
    """List the public keys that receivers verify with. Every key of a platform signs every webhook to it."""
    runtime = opened()
    platforms = sorted(each.id for each in runtime.parties.values() if each.family == "platform")
    secrets = {name: runtime.settings.parties.get(secret_setting(name), "").split() for name in platforms}
    rows = [{"party": name, "public_key": public_of(secret)} for name in platforms for secret in secrets[name]]
    show(rows, as_json=as_json, empty="no platform has an address (PARTY_<ID>_URL)")


@webhook.command("new-key")
@as_json_option
def webhook_new_key(as_json: bool) -> None:
    """Print a fresh key: the secret for PARTY_<ID>_SECRET, the public one for the receiver. Nothing is kept."""
    secret = generate_secret()
    show_one({"secret_key": secret, "public_key": public_of(secret)}, as_json=as_json)
