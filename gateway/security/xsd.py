"""XML Schema: compile once, validate many times; findings name the place and the rule, never the value."""

import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from gateway.errors import GatewayError

_VALUE = re.compile(
    r"The value '.*' (?=is not|has)|(?<=: )'.*' (?=is not a valid value)|(?<=key-sequence )\[.*\]", re.DOTALL
)
_NAMESPACE = re.compile(r"\{(?!')[^{}]*\}")  # a set of allowed values stands in braces, too: {'a', 'b'}


@dataclass(frozen=True, slots=True)
class Schema:
    """A compiled schema. Findings of one validation stand on the compiled object, hence the lock."""

    compiled: etree.XMLSchema
    lock: threading.Lock = field(default_factory=threading.Lock)


def schema(source: Path | str | bytes) -> Schema:
    """Compile a schema of ours from a file (which may include its neighbours) or from bytes; nothing is fetched.

    GatewayError `data_invalid` where it is not a usable schema.
    """
    name = "schema" if isinstance(source, bytes) else str(source)
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    try:
        if isinstance(source, bytes):
            return Schema(etree.XMLSchema(etree.fromstring(source, parser)))
        return Schema(etree.XMLSchema(etree.parse(str(source), parser)))
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        raise GatewayError("data_invalid", file=name, line=_line(error), reason=str(error)) from None
    except OSError:
        raise GatewayError("data_invalid", file=name, line="1", reason="the file cannot be read") from None


def validate(compiled: Schema, element: etree._Element) -> list[tuple[str, str]]:
    """Each place that breaks the schema with what is wrong there; empty where `element` is valid."""
    with compiled.lock:
        if compiled.compiled.validate(element):
            return []
        log: Any = compiled.compiled.error_log
        return [(entry.path or "/", _text(entry.message)) for entry in log]


def _line(error: etree.LxmlError) -> str:
    log: Any = error.error_log
    return "1" if log is None or log.last_error is None else str(log.last_error.line)


def _text(message: str) -> str:
    """The library's sentence with the value taken out (it may be a person's) and names without their namespace."""
    return _NAMESPACE.sub("", _VALUE.sub("The value ", message))
