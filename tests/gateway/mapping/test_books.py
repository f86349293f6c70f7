"""A mistake in accounts or postings stops the start, naming file and line."""

from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.mapping.rulebook import load_law
from tests.rules.tree import ROOT

MAPPINGS = ROOT / "mappings"
HEAD = "defaults: {from: 2026-01-01, grade: A, instrument: 示例, region: '43'}\nvalues:\n"
NAMES = "names: {zh: 示例, en: example}"


def posting(subject: str, pair: str) -> str:
    return f"  - {{parameter: posting, subject: {subject}, content: {{{NAMES}, pairs: [{pair}]}}}}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (posting("levied", "{debit: levied, credit: treasury, of: [amount]}"), "has no side in the balance"),
        (posting("levied", "{debit: levied, credit: nowhere, of: [amount]}"), 'there is no account "nowhere"'),
        (posting("invented", "{debit: levied, credit: memorandum, of: [amount]}"), 'there is no event "invented"'),
        (posting("reversed", "{debit: levied, credit: memorandum, of: [amount]}"), 'there is no event "reversed"'),
        (posting("levied", "{debit: levied, credit: memorandum, of: [all]}"), "all"),
        (
            f"  - {{parameter: account, subject: treasury, content: {{kind: income, increases: debit, {NAMES}}}}}\n",
            "of one kind everywhere",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "own.yaml").write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(GatewayError) as raised:
        load_law(MAPPINGS, tmp_path)
    assert raised.value.kind.code == "data_invalid"
    assert (raised.value.params["line"], said in raised.value.params["reason"]) == ("3", True), str(raised.value)


def test_a_region_may_post_otherwise(tmp_path: Path) -> None:
    own = posting("income_received", "{debit: income_account, credit: unidentified, of: [amount, late_fee, interest]}")
    (tmp_path / "own.yaml").write_text(HEAD + own, encoding="utf-8")
    assert load_law(MAPPINGS, tmp_path).rules.values
