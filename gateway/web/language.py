"""Which of our two languages a caller reads."""

from functools import lru_cache

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

OFFERED = ("en", "zh")
_REMEMBERED = 256


@lru_cache(_REMEMBERED)
def language_of(accept_language: str) -> str:
    """Chinese ("zh") where the header prefers any kind of it, else English (RFC 9110, section 12.5.4)."""
    for tag, quality in parse_accept_header(accept_language, LanguageAccept):
        language = tag.partition("-")[0].lower()
        if quality > 0 and language in OFFERED:
            return language
    return OFFERED[0]
