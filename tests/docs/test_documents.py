import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.markdown import HEADING, LINK, blocks, documents, prose, read
from tests.rules.tree import ROOT, shown

ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
ABSOLUTE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|#)")
MACHINE = re.compile(r"(?<![\w./:-])(?:/(?:work|root|home|Users|tmp|opt)/|[A-Z]:\\)\S+")
CHINESE_LETTERS = re.compile(r"[一-鿿]")


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as renderers make them."""
    kept = (re.sub(r"[^\w\- ]", "", found["title"].lower()) for found in HEADING.finditer(prose(path)))
    return {title.replace(" ", "-") for title in kept}


def broken(path: Path) -> list[str]:
    """The links of a document that lead nowhere."""
    found = []
    for link in LINK.finditer(prose(path)):
        target, _, anchor = unquote(link["target"]).partition("#")
        other = (path.parent / target).resolve() if target else path
        outside = ABSOLUTE.match(link["target"]) and target
        if not outside and (not other.exists() or (anchor and anchor not in anchors(other))):
            found.append(link["target"])
    return found


def titles(path: Path) -> list[int]:
    return [len(found["level"]) for found in HEADING.finditer(prose(path))]


def links(path: Path) -> list[str]:
    return [link["target"] for link in LINK.finditer(prose(path)) if not link["target"].startswith("README")]


@pytest.mark.parametrize("path", documents(), ids=shown)
def test_every_link_within_the_project_leads_somewhere(path: Path) -> None:
    assert broken(path) == []


@pytest.mark.parametrize("path", documents(), ids=shown)
def test_no_document_names_a_folder_of_one_machine(path: Path) -> None:
    assert MACHINE.findall(read(path)) == []


def test_a_broken_link_and_a_folder_of_one_machine_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("# A b\n[x](gone.md) [y](#a-b) [z](#a-c) [w](https://example.org/)\n", encoding="utf-8")
    assert broken(page) == ["gone.md", "#a-c"]
    assert MACHINE.findall("see /ho" + "me/somebody/notes") != []


def test_both_readmes_have_the_same_sections_blocks_and_links() -> None:
    assert titles(ENGLISH) == titles(CHINESE)
    assert [block.info for block in blocks(ENGLISH)] == [block.info for block in blocks(CHINESE)]
    assert links(ENGLISH) == links(CHINESE)


def test_both_readmes_show_the_same_commands_with_the_same_answers() -> None:
    english, chinese = (
        [list(block.commands()) for block in blocks(path) if block.info.startswith("console")]
        for path in (ENGLISH, CHINESE)
    )
    assert english == chinese
    assert [command.text for block in english for command in block][:1] == ["make run ONCE=1"]
    assert "make test" in [command.text for block in english for command in block]


def test_both_readmes_draw_the_same_picture() -> None:
    pictures = [
        re.findall(r"^\s*(\w+) (<?--).*?(-->) (\w+)$|^\s*(\w+)\[", block.body, re.MULTILINE)
        for path in (ENGLISH, CHINESE)
        for block in blocks(path)
        if block.info == "mermaid"
    ]
    assert len(pictures) == 2
    assert pictures[0] == pictures[1] != []


def test_the_chinese_readme_is_chinese() -> None:
    paragraphs = [part for part in prose(CHINESE).split("\n\n") if len(part.strip()) > 20]
    assert [part for part in paragraphs if not CHINESE_LETTERS.search(part)] == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem[:4])
def test_a_decision_says_context_decision_and_consequences_on_half_a_page(path: Path) -> None:
    headings = [found["title"] for found in HEADING.finditer(read(path))]
    assert headings[1:] == ["Context", "Decision", "Consequences"]
    assert headings[0].startswith(f"{int(path.stem[:4])}. ")
    assert len(read(path).splitlines()) <= 50


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(path.stem[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_every_change_says_whom_it_concerns_and_from_when() -> None:
    entries = re.split(r"^- ", read(ROOT / "CHANGELOG.md"), flags=re.MULTILINE)[1:]
    assert entries
    assert [
        entry[:40] for entry in entries if "*Impacted parties*: " not in entry or "*From when*: " not in entry
    ] == []
