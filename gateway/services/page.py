"""Pages of HTML without a framework: whatever is put into an element is escaped, unless it is an element itself."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any


class Html(str):
    """Text that is HTML already: only `element` and `joined` make it."""

    __slots__ = ()


def element(tag: str, *content: Any, **attributes: str) -> Html:
    """One element; `class_` gives its class. Content that is not Html is escaped, and so is every attribute."""
    named = "".join(f' {name.rstrip("_")}="{escape(value)}"' for name, value in attributes.items())
    return Html(f"<{tag}{named}>{joined(content)}</{tag}>")


def joined(content: Iterable[Any]) -> Html:
    """Pieces of content, one after the other."""
    return Html("".join(each if isinstance(each, Html) else escape(str(each)) for each in content))


def table(titles: Sequence[str], rows: Iterable[Sequence[Any]], *, amounts: frozenset[int] = frozenset()) -> Html:
    """A table; `amounts`: columns of numbers, which are set to the right with their thousands apart (1,024.80)."""
    head = element("tr", *(element("th", title, scope="col") for title in titles))
    body = (element("tr", *(_cell(number, cell, amounts) for number, cell in enumerate(row))) for row in rows)
    return element("table", element("thead", head), element("tbody", *body))


def page(title: str, language: str, style: str, *content: Html) -> bytes:
    """A whole document in UTF-8 that fetches nothing; `style`: ours, never a caller's."""
    head = joined((Html('<meta charset="utf-8">'), element("title", title), Html(f"<style>{style}</style>")))
    document = element("html", element("head", head), element("body", *content), lang=language)
    return f"<!doctype html>\n{document}\n".encode()


def _cell(number: int, cell: Any, amounts: frozenset[int]) -> Html:
    return element("td", _grouped(str(cell)), class_="n") if number in amounts else element("td", cell)


def _grouped(text: str) -> str:
    digits, point, cents = text.removeprefix("-").partition(".")
    sign = "-" if text.startswith("-") else ""
    return f"{sign}{int(digits):,}{point}{cents}" if digits.isascii() and digits.isdecimal() else text
