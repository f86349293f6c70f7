"""The project's Markdown as data: headings, links, fenced blocks, the commands in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.rules.tree import ROOT, project_files

FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^(?P<level>#+) (?P<title>.+)$", re.MULTILINE)
RUN = "console run"


@dataclass(frozen=True)
class Command:
    """One command of a console block, and what the document says it answers."""

    text: str
    output: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """One fenced block: its info string, its body, the line it begins on."""

    info: str
    body: str
    line: int

    def commands(self) -> Iterator[Command]:
        """`$ ` begins a command, `> ` continues it, the lines up to the next are its output."""
        text, output = "", list[str]()
        for line in self.body.splitlines():
            if line.startswith("$ "):
                if text:
                    yield Command(text, tuple(output))
                text, output = line[2:], []
            elif line.startswith("> ") and not output:
                text += "\n" + line[2:]
            else:
                output.append(line)
        if text:
            yield Command(text, tuple(output))


def documents() -> tuple[Path, ...]:
    """Every Markdown file of the project."""
    return tuple(path for path in project_files() if path.suffix == ".md")


def read(path: Path) -> str:
    """The text of a document."""
    return path.read_text(encoding="utf-8")


def blocks(path: Path) -> tuple[Block, ...]:
    """The fenced blocks of a document."""
    text = read(path)
    return tuple(
        Block(found["info"].strip(), found["body"], text.count("\n", 0, found.start()) + 1)
        for found in FENCE.finditer(text)
    )


def prose(path: Path) -> str:
    """The document without its fenced blocks and without code in its lines."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", read(path)))


def own_documents() -> tuple[Path, ...]:
    """Those that tell users what to do: the READMEs and what lies directly in docs/."""
    return tuple(path for path in documents() if path.parent in (ROOT, ROOT / "docs"))
