import re
from collections.abc import Iterator

import pytest

from tests.rules.tree import project_files, shown

LARGEST = 1_000_000
# Each is written so that this file does not contain what it looks for.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w./:-])/(?:work|root|home|Users)/[\w.-]+"),
    "an address of a package index": re.compile(r"pypi[.]org|python[h]osted|--(?:extra-)?index-ur[l]|--find-link[s]"),
    "a path of a local package": re.compile(r"file[:]//"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KE[Y]-----"),
}
# An address of a file is right in a test that shows that such an address is refused.
ALLOWED = {("a path of a local package", "tests/")}


def leaks(name: str, text: str) -> Iterator[str]:
    for what, pattern in FORBIDDEN.items():
        if any(what == allowed and name.startswith(prefix) for allowed, prefix in ALLOWED):
            continue
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: {what}: {match.group()}"


def test_no_file_holds_a_key_or_tells_of_one_machine() -> None:
    found: list[str] = []
    for path in project_files():
        found.extend(leaks(shown(path), path.read_text(encoding="utf-8", errors="replace")))
    assert found == []


def test_no_file_is_large() -> None:
    assert [shown(path) for path in project_files() if path.stat().st_size > LARGEST] == []


@pytest.mark.parametrize(
    "text",
    [
        "see " + "/ho" + "me/somebody/notes",
        "--find" + "-links wheels",
        "--extra-index" + "-url https://packages.example",
        "https://pypi" + ".org/simple",
        "-----BEGIN EC PRIVATE" + " KEY-----",
        "pip install file" + ":///srv/wheels",
    ],
)
def test_a_leak_is_found_with_its_line(text: str) -> None:
    assert [leak.partition(": ")[0] for leak in leaks("docs/a.md", f"first line\n{text}\n")] == ["docs/a.md:2"]


@pytest.mark.parametrize(
    "text", ["/v1/workers/search", "--no-emit-index" + "-url", "/srv/gateway/var", "docs/work/plan"]
)
def test_what_only_looks_alike_is_not(text: str) -> None:
    assert list(leaks("docs/a.md", text)) == []
