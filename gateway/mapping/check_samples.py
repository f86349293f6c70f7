"""Whether the samples of a dialect are what its index says: listed and there, read as it says, and written again."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from gateway.errors import GatewayError
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.samples import Entry, Samples, read_samples
from gateway.ports import Control, Document

STAND_IN = "not-a-secret"
"""What stands where a secret would, in samples and in what is written from them."""


def of_samples(dialect: TableDialect, folder: Path) -> Iterator[str]:
    """Every fault of the samples in `folder`, with the line of the index where it is one sample's."""
    if not (folder / "index.yaml").exists():
        yield f"{folder / 'index.yaml'}, line 1: there are no samples; show each shape of every message"
        return
    try:
        samples = read_samples(folder)
    except GatewayError as error:
        yield str(error)
        return
    there = sorted(path.name for path in folder.iterdir() if path != samples.file.path)
    lacking = list(_compared(samples, there))
    yield from lacking
    if not lacking:
        read = _Read(dialect, samples)
        yield from (fault for entry in samples.index.samples if (fault := read.fault(entry)))


def _compared(samples: Samples, there: Sequence[str]) -> Iterator[str]:
    """What is listed and not there, and what is there and not listed."""
    index, listed = samples.file.path, [entry.file for entry in samples.index.samples]
    for entry in samples.index.samples:
        for name in (entry.file, entry.about):
            if name and name not in there:
                line = samples.line(entry)
                yield f"{index}, line {line}: {name} is listed and not there; put it there, or take it out"
    for name in there:
        if name not in listed:
            yield f"{index}, line 1: {name} is there and not listed; list it, or take it away"


class _Read:
    """Reads each sample as the tables say."""

    def __init__(self, dialect: TableDialect, samples: Samples) -> None:
        self._dialect, self._samples = dialect, samples

    def fault(self, entry: Entry) -> str:
        """What is wrong with a sample, "" where nothing is."""
        found = self._outcome(entry)
        if found is None and not entry.error:
            return ""
        if found is not None and found.kind.code == entry.error:
            return ""
        wanted = f"it is read as {entry.error}" if entry.error else "it can be read, and what it says be written again"
        line = self._samples.line(entry)
        return f"{self._samples.file.path}, line {line}: {entry.file}: {wanted}; found: {found or 'it can be read'}"

    def _outcome(self, entry: Entry) -> GatewayError | None:
        """The error that reading a sample ends with, or saying anew what it says."""
        try:
            if entry.direction == "request":
                self._request(self._samples.document(entry))
            else:
                self._reply(entry)
        except GatewayError as error:
            return error
        return None

    def _request(self, document: Document) -> None:
        question = self._question(document)
        if question:
            self._dialect.write_question(question, self._dialect.read_question(document)[1])
        else:
            self._dialect.write_many(*self._dialect.read_many(document))

    def _reply(self, entry: Entry) -> None:
        asked = self._samples.named(entry.about)
        if asked is None:
            reason = f"about: {entry.about or 'nothing'} is not a request that is listed"
            raise self._samples.file.invalid(reason, "samples", self._samples.index.samples.index(entry))
        request, document = self._samples.document(asked), self._samples.document(entry)
        question = self._question(request)
        if question:
            answers, control = self._dialect.read_answer(question, document)
            self._check_known(question, control)
            self._dialect.write_answer(question, answers, control)
            return
        abouts, _ = self._dialect.read_many(request)
        if len(abouts) > 1:
            messages, control = self._dialect.read_many(document, abouts)
        else:
            message, control = self._dialect.read_part(document, abouts[0])
            messages = (message,)
        self._check_known(type(abouts[0]).__name__, control)
        self._dialect.write_many(messages, control, abouts)

    def _check_known(self, name: str, control: Control) -> None:
        """Of a party an unknown field is kept and counted; in what we hold for an example of it, it is an error."""
        if unknown := control.extra.get("unknown_fields"):
            reason = (
                f"it has fields that the table does not have: {unknown}; give each a line, or say why it is ignored"
            )
            party = self._dialect.tables.folder.dialect.dialect
            raise GatewayError("unreadable", party=party, message=name, reason=reason)

    def _question(self, request: Document) -> str:
        return self._dialect.tables.question_in(self._dialect.parse(request))
