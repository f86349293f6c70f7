"""Looking for personal data in bytes, in whatever form a program may have written it."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, select

from gateway.store.columns import metadata
from tests.journeys.people import Person

_FOR_ADDRESSES = bytes.maketrans(b"+/", b"-_")
CHARSETS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")


@dataclass(frozen=True, order=True)
class Find:
    """Something that must not be there. `what`: which form of which secret."""

    place: str
    what: str


def in_base64(data: bytes) -> Iterator[bytes]:
    """The characters of base64 that depend on `data` alone, for each place at which it may begin in the whole."""
    for offset, dropped in enumerate((0, 2, 3)):
        text = base64.b64encode(bytes(offset) + data).rstrip(b"=")
        yield text[dropped : -1 if (offset + len(data)) % 3 else None]


def forms(secret: str) -> Mapping[bytes, str]:
    """Every form in which `secret` is looked for, with what the form is."""
    found: dict[bytes, str] = {}
    for form, what in _written(secret):
        found.setdefault(form, what)
    return found


def _written(secret: str) -> Iterator[tuple[bytes, str]]:
    for charset in CHARSETS:
        data = secret.encode(charset)
        yield data, charset
        yield data.hex().encode(), f"{charset} in hex"
        yield data.hex().upper().encode(), f"{charset} in hex"
        yield quote(data).encode(), f"{charset} in an address"
        for text in in_base64(data):
            yield text, f"{charset} in base64"
            yield text.translate(_FOR_ADDRESSES), f"{charset} in base64"
    escaped = json.dumps(secret)[1:-1]
    yield escaped.encode(), "JSON"
    yield escaped.upper().replace("\\U", "\\u").encode(), "JSON"
    yield "".join(f"&#{ord(sign)};" for sign in secret).encode(), "XML"
    yield "".join(f"&#x{ord(sign):x};" for sign in secret).encode(), "XML"


class Search:
    """Finds the personal data of some people."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._forms: dict[bytes, str] = {}
        for person in people:
            for secret in person.secrets:
                self._forms |= {form: f"{secret} as {what}" for form, what in forms(secret).items()}

    def in_bytes(self, place: str, data: bytes) -> Iterator[Find]:
        """What `data` holds."""
        for form, what in self._forms.items():
            if form in data:
                yield Find(place, what)

    def below(self, folder: Path, since: float = 0) -> Iterator[Find]:
        """What the files below `folder` hold, their names too; those that were not written after `since` cannot."""
        for path in sorted(folder.rglob("*")):
            yield from self.in_bytes(f"the name {path.name}", str(path.relative_to(folder)).encode())
            if path.is_file() and path.stat().st_mtime >= since:
                yield from self.in_bytes(str(path.relative_to(folder)), path.read_bytes())

    def in_rows(self, engine: Engine) -> Iterator[Find]:
        """What the rows of every table hold, read through the database: it may have compressed them on its disk."""
        with engine.connect().execution_options(reading=True) as connection, connection.begin():
            for table in metadata.sorted_tables:
                for row in connection.execute(select(table)):
                    for column, value in row._mapping.items():
                        data = value if isinstance(value, bytes) else str(value).encode()
                        yield from self.in_bytes(f"{table.name}.{column}", data)
