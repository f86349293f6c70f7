"""`python -m tests.gateway.services.reconciling_process`: reconciles in processes of their own, which may be killed.

Imports everything once and forks for each order, one JSON document a line: `url`, `vault`, `var`, `now` (ISO), `party`,
`day`, `environment`. The answer is the exit status of the child; negative: the signal that ended it.
"""

import importlib
import json
import os
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gateway.mapping.break_table import break_table
from gateway.mapping.pairings import load_pairings
from gateway.mapping.repair_table import repair_table
from gateway.mapping.rulebook import load_law
from gateway.mapping.statement_layout import key_setting, layouts
from gateway.rules.law import Law
from gateway.security.vault import Keyring
from gateway.services import reconcile_run
from gateway.services.evidence import Evidence
from gateway.services.reconcile import reconcile
from gateway.services.runtime import Runtime
from gateway.settings import Settings
from gateway.store.work import Store, connect
from tests.gateway.mapping.statements import KEY, LAYOUTS
from tests.gateway.services.scripted import Remembered
from tests.rules.tree import ROOT

MAPPINGS = ROOT / "mappings"
POINTS = "gateway.points"


def main() -> None:
    """Follow orders until standard input ends."""
    law = load_law(MAPPINGS, MAPPINGS / "demo-rules")
    layouts(MAPPINGS)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(law, order)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(law: Law, order: Mapping[str, Any]) -> None:
    """In the child: a process group of its own, in which the points know their environment."""
    status = 1
    try:
        os.setsid()
        os.environ.update(order["environment"])
        importlib.reload(sys.modules[POINTS])
        reconcile_run.TOGETHER = 1
        (found,) = reconcile(_runtime(law, order), date.fromisoformat(order["day"]), order["party"], "collected")
        status = 0 if found.run is not None else 2
    except BaseException:  # noqa: BLE001 - nothing may return into the loop of the parent
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def _runtime(law: Law, order: Mapping[str, Any]) -> Runtime:
    now = datetime.fromisoformat(order["now"])
    secrets = {key_setting(party): KEY.decode() for party in LAYOUTS}
    store = Store(connect(order["url"]), Keyring.load(Path(order["vault"])), lambda: now)
    return Runtime(
        *(Settings(environment="test", parties=secrets, var_dir=order["var"]), store, law, {}),
        *(Evidence(Remembered()), store.now),
        statements=layouts(MAPPINGS),
        pairings=load_pairings(MAPPINGS),
        break_table=break_table(MAPPINGS),
        repairs=repair_table(MAPPINGS),
    )


if __name__ == "__main__":
    main()
