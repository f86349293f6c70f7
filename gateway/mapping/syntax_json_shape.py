"""What a JSON envelope repeats or counts without saying anything by it: read away, checked, and written again."""

from collections.abc import Mapping
from typing import Any

from gateway.mapping.dialect_reading import Form
from gateway.mapping.dialect_rows import at
from gateway.mapping.syntax import unreadable


class JsonShape:
    """Options `numbered`, `again` and `always` of the JSON syntax."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        rows, self._number = options.get("numbered", ("", ""))
        self._rows = tuple(rows.split("."))
        self._fields, self._list = options.get("again", ("", ""))
        self._always: Mapping[str, Any] = options.get("always", {})

    def read(self, form: Form) -> Form:
        """The members that say something."""
        if self._number:
            self._unnumber(at(form, self._rows))
        if not self._fields or self._fields not in form:
            return form
        if form.get(self._list) != [form[self._fields]]:
            raise unreadable(f"{self._list} is not what {self._fields} says")
        usual = {name for name, value in self._always.items() if name in form and _same(form[name], value)}
        return {name: value for name, value in form.items() if name not in usual and name != self._list}

    def written(self, form: Form, *, reply: bool) -> Form:
        """All members; those of a request in the order in which people show them."""
        if reply:
            return self._numbered(form) if self._number else form
        if not self._fields:
            return form
        fields = form.get(self._fields, {})
        return {**form, self._fields: fields, self._list: [fields], **self._always}

    def _unnumber(self, rows: object) -> None:
        """Numbers that do not follow each other: the rows are not as they were sent. A page may begin later."""
        found = [row.pop(self._number, None) for row in rows if type(row) is dict] if type(rows) is list else []
        start = next((number for number in found if number is not None), None)
        if start is not None and (type(start) is not int or found != list(range(start, start + len(found)))):
            raise unreadable(f"{self._number} does not count the rows")

    def _numbered(self, form: Form) -> Form:
        rows = at(form, self._rows)
        for count, row in enumerate(rows or (), 1):
            row[self._number] = count
        return form


def _same(found: object, usual: object) -> bool:
    """Python takes 0 and False for one."""
    return type(found) is type(usual) and found == usual
