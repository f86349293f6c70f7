"""Examples in a form that no proposal is made from, since a dialect that is here already speaks it: which one."""

import re

_SPOKEN: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("hosdata", re.compile(rb"(?:<|&lt;)HOSDATA[\s>&]")),
    ("prm", re.compile(rb"(?:<|&lt;)(?:prm_[a-z0-9]+|jybh)[\s>&]")),
    ("card-asterisk", re.compile(rb"(?:<|&lt;)[^<>&/\s]+\*(?:>|&gt;)")),
)


def known_dialect(document: bytes) -> str:
    """The name of the dialect whose form `document` has, "" where it is none of these."""
    return next((name for name, form in _SPOKEN if form.search(document)), "")


def advice(document: bytes) -> str:
    """What to do about an example that cannot be read, as the end of a sentence; "" where nothing is known of it."""
    name = known_dialect(document)
    return (
        f"; it looks like the dialect {name}: `party new FOLDER/NAME --dialect {name}` needs no examples"
        if name
        else ""
    )
