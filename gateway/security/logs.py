"""Structured logging: one JSON object a line, masked, with the case it belongs to."""

import json
import logging
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

import msgspec

from gateway.security.masking import HIDDEN, MaskingFilter, OwnRecord, mask_value

_context: ContextVar[Mapping[str, str]] = ContextVar("logging_context", default={})  # noqa: B039 - never changed in place
_KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "masked"}
# Some readers of logs end a line at these too, which JSON lets stand.
_LINE_ENDS = {sign: f"\\u{sign:04x}" for sign in (0x85, 0x2028, 0x2029)}
_encode = msgspec.json.Encoder().encode
_filter = MaskingFilter()
_log = logging.getLogger("gateway")


@contextmanager
def logging_context(*, hide: Iterable[str] = (), **fields: str) -> Iterator[None]:
    """Put `fields` (case, leg, party, ...) on every line logged inside, in this thread or task.

    `hide`: values to mask wherever they turn up, such as the name of the person whose case is being worked on.
    """
    # A single character may be any character of the text: it would blot out everything and so hide nothing.
    hidden = tuple(sorted({value for value in hide if len(value) > 1}, key=len, reverse=True))
    outer_fields, outer_hidden = _context.set({**_context.get(), **fields}), HIDDEN.set(hidden + HIDDEN.get())
    try:
        yield
    finally:
        _context.reset(outer_fields)
        HIDDEN.reset(outer_hidden)


def log_ours(log: logging.Logger, message: str, fields: Mapping[str, str | float]) -> None:
    """Log a line of which every word is ours: handles, names out of tables, numbers. It is not looked through again.

    For what is logged at every request. Whatever comes from outside goes through the logger itself and is masked.
    """
    if log.isEnabledFor(logging.INFO):
        log.handle(OwnRecord(log.name, message, fields))


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON: at (UTC), level, logger, message, context, `extra` fields, error with traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, masked here where no MaskingFilter has done so before."""
        if isinstance(record, OwnRecord):
            return _encode({**_beginning(record), **_context.get(), **record.fields}).decode()
        if not hasattr(record, "masked"):
            _filter.filter(record)
        more = {**_context.get(), **{name: value for name, value in vars(record).items() if name not in _KNOWN}}
        line: dict[str, object] = {
            **_beginning(record),
            **{name: mask_value(name, value) for name, value in more.items()},
            **({"error": record.exc_text} if record.exc_text else {}),
            **({"stack": record.stack_info} if record.stack_info else {}),
        }
        return json.dumps(line, ensure_ascii=False).translate(_LINE_ENDS)


def _beginning(record: logging.LogRecord) -> dict[str, object]:
    return {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.msg,
    }


def set_up_logging(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Make every logger of this process write masked JSON lines to `stream` (standard error), crashes included."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(_filter)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # Not in our lines, and looked up for each (the library's own advice on speed).
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    sys.excepthook = _crashed
    threading.excepthook = _thread_crashed


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.critical("the process ends by an error", exc_info=(kind, error, trace))


def _thread_crashed(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        _log.critical("a thread ends by an error", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))
