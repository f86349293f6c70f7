"""Personal data and credentials taken out of log lines: by form, by field, and by value where the code names it."""

import logging
import traceback
from collections.abc import Mapping
from contextvars import ContextVar

from gateway.security.forms import mask_forms
from gateway.security.personal import MASK, is_personal, mask_fields

# Values that the code at work knows to be personal, such as a name in free text; set by `logging_context(hide=...)`.
HIDDEN: ContextVar[tuple[str, ...]] = ContextVar("hidden", default=())


def mask(text: str) -> str:
    """`text` as it may stand in a log. Masking twice changes nothing."""
    for value in HIDDEN.get():
        text = text.replace(value, MASK)
    return mask_forms(mask_fields(text))


def mask_value(name: str, value: object) -> object:
    """A structured value as it may stand in a log under `name`; harmless numbers and truth values keep their type."""
    if is_personal(name):
        return MASK
    if isinstance(value, dict):
        return {str(key): mask_value(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask_value(name, item) for item in value]
    if value is None or isinstance(value, bool | float):
        return value
    masked = mask(str(value))
    return value if isinstance(value, int) and masked == str(value) else masked


class OwnRecord(logging.LogRecord):
    """A line of which every word is ours: handles, names out of tables, numbers. Nothing in it needs to be masked."""

    def __init__(self, name: str, message: str, fields: Mapping[str, str | float]) -> None:
        super().__init__(name, logging.INFO, "", 0, message, None, None)
        self.fields = fields


class MaskingFilter(logging.Filter):
    """Masks message, arguments, traceback and stack of a record; belongs on handlers, so that no logger escapes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask in place and let the record through. Never raises: what cannot be formatted is shown raw, but masked."""
        if isinstance(record, OwnRecord):
            return True
        record.msg, record.args = mask(_message(record)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        record.exc_text = mask(record.exc_text) if record.exc_text else record.exc_text
        record.stack_info = mask(record.stack_info) if record.stack_info else record.stack_info
        record.masked = True
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - arguments are anybody's objects; the library would print them unmasked
        return f"{record.msg!s} (its arguments cannot be shown: {type(error).__name__})"
