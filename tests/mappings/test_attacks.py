"""No document makes the engine open a file or a socket, resolve an entity, hang or recurse without bound."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from gateway.errors import GatewayError
from gateway.mapping.dialect_called import called
from gateway.ports import Document
from tests.adapters.servers import Server, Visit, serving
from tests.mappings.samples import Sample, every, made, read

SECRET = "what-only-the-file-holds"
DEEP = 100_000
SECONDS = 5.0  # of the processor, for a document of a megabyte at the most; each takes some milliseconds
_OPENING = {"open", "socket", "subprocess", "os", "urllib", "compile", "exec", "import"}
_watching = threading.local()


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    seen = getattr(_watching, "seen", None)
    if seen is not None and event.partition(".")[0] in _OPENING:
        seen.append((event, repr(arguments)[:100]))


sys.addaudithook(_hook)  # sees what Python opens; libxml2 is watched by the file and the server that documents name


@contextmanager
def watched() -> Iterator[list[tuple[str, str]]]:
    """What is opened by this thread inside."""
    _watching.seen = []
    try:
        yield _watching.seen
    finally:
        _watching.seen = None


def doctypes(file: Path, url: str) -> Iterator[str]:
    yield f'<!DOCTYPE a [<!ENTITY x SYSTEM "{file.as_uri()}">]>'
    yield f'<!DOCTYPE a [<!ENTITY x SYSTEM "{url}/x">]>'
    yield f'<!DOCTYPE a SYSTEM "{url}/a.dtd">'
    yield f'<!DOCTYPE a [<!ENTITY % p SYSTEM "{url}/p"> %p;]>'
    laughs = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 12))
    yield f'<!DOCTYPE a [<!ENTITY x0 "ha">{laughs}<!ENTITY x "&x11;">]>'


def attacked(body: bytes, doctype: str) -> Iterator[bytes]:
    """The document with a declaration in front of its root, and in front of the one that a string inside holds."""
    head, mark, rest = body.partition(b"?>") if body.startswith(b"<?xml") else (b"", b"", body)
    use = rest.replace(b">", b">&x;", 1)
    yield head + mark + doctype.encode() + use
    inner = escape(doctype).encode()
    for opened in (b"&lt;", b"<![CDATA["):
        if opened in body:
            before, _, after = body.partition(opened)
            yield (
                before
                + (inner + opened if opened == b"&lt;" else opened + doctype.encode())
                + after.replace(b"&gt;", b"&gt;&amp;x;", 1)
            )


def deep(body: bytes) -> Iterator[bytes]:
    """Endless nesting of everything that can be nested, where a value was and instead of the document."""
    for one in (b"<a>", b"&lt;a>", b"[", b'{"a":', b"<![CDATA[", b"<a xmlns:a='b'>"):
        yield one * DEEP
        yield body[: len(body) // 2] + one * DEEP + body[len(body) // 2 :]


def reader(sample: Sample) -> Callable[[Document], object]:
    """What reads a document in the place of a sample, with everything in memory that it needs."""
    spoken = sample.spoken
    reads: Callable[[Document], object] = partial(read, sample)
    if sample.direction == "reply":
        asked = read(sample.asked)
        reads = partial(spoken.read_answer, asked.question)
        if not asked.question:
            reads = partial(spoken.read_many, abouts=asked.messages)
    with suppress(GatewayError):
        reads(sample.document)
    return reads


def some(dialect: str) -> list[Sample]:
    """Two documents of each direction."""
    found = [sample for sample in every() if sample.dialect == dialect]
    return [one for way in ("request", "reply") for one in [each for each in found if each.direction == way][:2]]


def quietly(call: Callable[[Document], object], document: Document) -> str:
    """The code of the error, "" for none; nothing is opened and no other error raised, in bounded time."""
    began = time.thread_time()
    code = said = ""
    with watched() as seen:
        try:
            call(document)
        except GatewayError as error:
            code = error.kind.code
            said = error.text("en")
    assert seen == []
    assert SECRET not in said
    assert time.thread_time() - began < SECONDS
    return code


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    def answer(visit: Visit) -> None:
        visit.read()
        visit.answer(f'<!ENTITY x "{SECRET}">'.encode())

    with serving(answer) as listening:
        yield listening


@pytest.mark.parametrize("dialect", sorted(made()))
def test_a_declaration_of_entities_is_refused_wherever_it_stands(dialect: str, server: Server, tmp_path: Path) -> None:
    file = tmp_path / "secret.txt"
    file.write_text(SECRET, encoding="utf-8")
    for sample in some(dialect):
        reads = reader(sample)
        for doctype in doctypes(file, server.url):
            for body in attacked(sample.document.body, doctype):
                document = Document(body, sample.document.media_type, sample.document.headers)
                assert quietly(reads, document), body[:200]
                quietly(sample.spoken.blank, document)
    assert server.visits == 0


@pytest.mark.parametrize("dialect", sorted(made()))
def test_endless_nesting_ends_in_an_answer_or_an_error_of_ours_in_bounded_time(dialect: str) -> None:
    for sample in some(dialect):
        reads = reader(sample)
        for body in deep(sample.document.body):
            document = Document(body, sample.document.media_type, sample.document.headers)
            quietly(reads, document)
            quietly(sample.spoken.blank, document)
            quietly(partial(called, sample.spoken), document)


def test_what_opens_something_would_be_seen(tmp_path: Path) -> None:
    with watched() as seen:
        (tmp_path / "x").write_bytes(b"")
    assert [event for event, _ in seen] == ["open"]
