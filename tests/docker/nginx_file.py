"""docker/nginx/nginx.conf, read as nginx reads it: directives with arguments, some with a block of directives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.docker.compose_file import FOLDER

FILE = FOLDER / "nginx" / "nginx.conf"
_TOKEN = re.compile(r"#[^\n]*|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[{};]|(?:[^\s{};'\"]|\{[a-z_]+\})+")


@dataclass(frozen=True)
class Directive:
    """One directive: `name args;` or `name args { block }`."""

    name: str
    args: tuple[str, ...]
    block: tuple["Directive", ...] | None = None

    def all(self, name: str) -> Iterator["Directive"]:
        """Every directive of that name in this one's block, at any depth."""
        for each in self.block or ():
            if each.name == name:
                yield each
            yield from each.all(name)

    def own(self, name: str) -> Iterator["Directive"]:
        """Every directive of that name directly in this one's block."""
        return (each for each in self.block or () if each.name == name)


def parsed(text: str) -> Directive:
    """The file as the block of a directive without a name; ValueError where nginx would not read it."""
    tokens = [token for token in _TOKEN.findall(text) if not token.startswith("#")]
    block, rest = _block(tokens)
    if rest:
        raise ValueError(f"a bracket too many before {' '.join(rest[:5])}")
    return Directive("", (), block)


def _block(tokens: list[str]) -> tuple[tuple[Directive, ...], list[str]]:
    found: list[Directive] = []
    words: list[str] = []
    while tokens:
        token, tokens = tokens[0], tokens[1:]
        if token == "}":
            if words:
                raise ValueError(f"no semicolon after {' '.join(words)}")
            return tuple(found), ["}", *tokens]
        if token in ";{":
            if not words:
                raise ValueError(f"nothing before {token}")
            inner, tokens = (None, tokens) if token == ";" else _inner(tokens)
            found.append(Directive(words[0], tuple(map(_unquoted, words[1:])), inner))
            words = []
        else:
            words.append(token)
    if words:
        raise ValueError(f"no semicolon after {' '.join(words)}")
    return tuple(found), []


def _unquoted(word: str) -> str:
    return word[1:-1] if word[0] in "'\"" else word


def _inner(tokens: list[str]) -> tuple[tuple[Directive, ...], list[str]]:
    inner, rest = _block(tokens)
    if not rest:
        raise ValueError("a block has no end")
    return inner, rest[1:]
