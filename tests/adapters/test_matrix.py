"""The page of who carries what is what the parties and tables say now."""

from adapters.matrix import matrix
from gateway.model.messages import EXCHANGES
from tests.rules.tree import ROOT

PAGE = ROOT / "docs" / "protocols" / "matrix.md"


def test_the_page_is_what_every_party_and_table_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == matrix(ROOT / "mappings"), "make it anew: app.py check --matrix"


def test_every_message_stands_in_a_table_and_every_party_has_its_reasons() -> None:
    page = matrix(ROOT / "mappings")
    parties = [path.parent for path in sorted((ROOT / "mappings").glob("*/*/party.yaml"))]
    assert all(f"| `{name}` |" in page for name in EXCHANGES)
    assert page.count("\n### `") == len(parties)
