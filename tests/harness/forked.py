"""The end of a fork that has become a program: it runs, says why it failed, and never comes back."""

import importlib
import os
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn


def become(environment: Mapping[str, str], prepare: Callable[[], None], run: Callable[[], int | None]) -> NoReturn:
    """Live in `environment` what `prepare` and `run` say; ends with the exit status a program of its own would have."""
    status = 1
    try:
        prepare()
        os.environ.clear()
        os.environ.update(environment)
        # The points read the environment when they are imported; here that happened before there was one.
        importlib.reload(sys.modules["gateway.points"])
        status = run() or 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001 - nothing may return into the loop of the parent
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
