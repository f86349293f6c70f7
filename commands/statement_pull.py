"""`statement pull`: fetch the statements that wait on SFTP servers now."""

from collections.abc import Callable

import click

from commands.output import as_json_option, show
from gateway.errors import GatewayError
from gateway.services.runtime import Runtime
from gateway.services.statement_folder import take_statements
from gateway.services.statement_pull import pull_statements

_EXAMPLES = "\b\napp.py statement pull\napp.py statement pull --party tax-hunan --json\n"


@click.command("pull", epilog=_EXAMPLES)
@click.option("--party", default="", help="Only from this party.")
@as_json_option
@click.pass_obj
def statement_pull(opened: Callable[[], Runtime], party: str, as_json: bool) -> None:
    """Fetch what waits on the SFTP servers of parties and take it in, as the worker does every five minutes.

    A place is set by PARTY_<ID>_STATEMENT_SFTP_URL, _HOST_KEY and _SECRET or _KEY. Exit code 1 where a server was not
    reached, or has another key than agreed (the log says which).
    """
    runtime = opened()
    if party and party not in runtime.sources:
        raise GatewayError("not_found", thing=f"party {party[:64]} with an SFTP server for its statements")
    found = pull_statements(runtime, party)
    take_statements(runtime)
    rows = [{"party": name, "fetched": max(count, 0), "reached": count >= 0} for name, count in found.items()]
    show(rows, as_json=as_json, empty="no party has an SFTP server for its statements")
    if any(count < 0 for count in found.values()):
        raise SystemExit(1)
