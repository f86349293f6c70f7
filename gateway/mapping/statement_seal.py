"""The signature of a statement while it is read: of the whole file in its last line, or of each line."""

from gateway.mapping.statement_faults import Faults
from gateway.mapping.statement_layout import Layout
from gateway.mapping.statement_lines import Line
from gateway.mapping.statement_signature import SIGNATURE, SIGNATURE_BYTES, Signature, same

_OPENS = b"<CA>"
_FORM = "<CA>, 64 hexadecimal digits, </CA>"


class Sealed:
    """Takes signatures off the lines and checks them."""

    def __init__(self, layout: Layout, key: bytes, faults: Faults) -> None:
        self._sign, self._faults = layout.sign, faults
        self._glue = layout.form.glue.encode()
        self._closing = {line.encode() for line in layout.form.closing}
        self._signature = Signature(key) if layout.sign != "none" else None
        self._before = b""
        self._seen = self._broken = False

    def body_of(self, line: Line) -> bytes | None:
        """The line without its end and its signature; None where it was the signature of the file."""
        if self._signature is None:
            return line.body.removesuffix(b"\r")
        if self._sign == "line":
            return self._of_line(self._signature, line)
        body = line.body.removesuffix(b"\r")
        if self._seen and body not in self._closing:
            self._faults.add(line, 0, "statement_structure", "nothing behind the signature", "a line")
        if body.startswith(_OPENS):
            self._whole(self._signature, line, body)
            return None
        if not self._seen:
            self._signature.add(line.body)
        return body

    def broken(self) -> None:
        """A line was not read as a whole: no signature that covers it can be checked."""
        self._broken = True
        self._before = b""

    def at_end(self, end: Line) -> None:
        """The file has ended."""
        if self._sign == "trailer" and not self._seen:
            self._faults.add(end, 0, "statement_signature", f"a last line {_FORM}", "the end of the file")

    def _whole(self, signature: Signature, line: Line, body: bytes) -> None:
        self._seen = True
        found = SIGNATURE.fullmatch(body)
        if found is None:
            self._faults.add(line, 0, "statement_signature", _FORM, "another form")
        elif not self._broken and not same(signature.whole(), found[1]):
            self._faults.add(line, len(_OPENS), "statement_signature", "that of the agreed key", "another one")

    def _of_line(self, signature: Signature, line: Line) -> bytes:
        body = line.body.removesuffix(b"\r")
        signed, given = body[:-SIGNATURE_BYTES], body[-SIGNATURE_BYTES:]
        found = SIGNATURE.fullmatch(given)
        if found is None or not signed.endswith(self._glue):
            self._faults.add(line, len(body), "statement_signature", f"{_FORM} at the end of the line", "another form")
            self.broken()
            return body
        if not self._broken and not same(signature.of_line(signed, self._before), found[1]):
            at = len(signed) + len(_OPENS)
            self._faults.add(line, at, "statement_signature", "that of the agreed key", "another one")
        # What the sender went on from: one changed line is one fault.
        self._broken, self._before = False, bytes.fromhex(found[1].decode("ascii"))
        return signed[: len(signed) - len(self._glue)]
