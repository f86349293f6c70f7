"""The floor that files are measured against decodes them with the C library, and to the same characters."""

import pytest

from bench.inside.transcode import to_utf_8


def test_every_character_of_two_bytes_is_decoded_as_python_decodes_it() -> None:
    for first in range(0x81, 0xFF):
        for second in range(0x40, 0xFF):
            raw = bytes([first, second])
            try:
                wanted = raw.decode("gb18030").encode()
            except UnicodeDecodeError:
                with pytest.raises(UnicodeDecodeError):
                    to_utf_8(raw, "gb18030")
            else:
                made = to_utf_8(raw, "gb18030")
                assert made.held[: made.size] == wanted
