"""Tables are compiled at the start: reading and writing a message looks up no YAML and compiles nothing."""

import re
from contextlib import suppress
from typing import Any

import pytest
import yaml

from gateway.errors import GatewayError
from tests.mappings.samples import every, made, read, write
from tests.mappings.test_attacks import reader, watched


def forbidden(*_: Any, **__: Any) -> Any:
    raise AssertionError("it is interpreted while a message is read or written")


@pytest.mark.parametrize("dialect", sorted(made()))
def test_no_message_makes_the_engine_compile_or_look_up_anything(dialect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = [sample for sample in every() if sample.dialect == dialect]
    ready = [(sample, reader(sample), sample.document) for sample in samples]
    said = {}
    for sample in samples:
        with suppress(GatewayError):
            said[sample] = read(sample)
            write(sample, said[sample])
    monkeypatch.setattr(re, "_compile", forbidden)  # what re.compile, re.sub and the others go through
    monkeypatch.setattr(yaml, "compose", forbidden)
    monkeypatch.setattr(yaml, "load", forbidden)
    with watched() as seen:
        for sample, reads, document in ready:
            with suppress(GatewayError):
                reads(document)
                write(sample, said[sample])
    assert seen == []
