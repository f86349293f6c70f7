"""docs/protocols/breaks.md, made from the decision table; `python -m tests.gateway.batch.breaks_page` writes it."""

from pathlib import Path

from gateway.mapping.break_table import lines
from gateway.model.reconciliation import Finding
from tests.rules.tree import ROOT

PAGE = ROOT / "docs" / "protocols" / "breaks.md"

_FOUND = {
    Finding.LIST_ABSENT: (
        "a summary posting (its trace number is its summary number, or it has none) whose number no other row has"
    ),
    Finding.REVERSED_ON_ONE_SIDE: "more rows are reversed, or take back, on one side, and the sums show it",
    Finding.REPEATED_ON_ONE_SIDE: (
        "the same key and month with the same money stands more often on one side, and no sum makes up for it"
    ),
    Finding.COLUMNS_DIFFER: "both sides have it, and they differ in",
    Finding.REFUND_ON_ONE_SIDE: "a refund is pending on one side, and the other side does not say so",
    Finding.ABSENT_THERE: "rows that our side has alone",
    Finding.ABSENT_HERE: "rows that the other side has alone",
}

_HEAD = """# Classes of breaks

Made from [breaks.yaml](../../mappings/reconciliation/breaks.yaml), which the reconciliation executes; a test
compares. What they mean: [concepts](../concepts.md); how rows are matched: [decision
0018](../decisions/0018-matching-is-sql-that-two-engines-run.md).

## Which rows are judged together

Rows that stand once on either side under one key and agree in every compared column, or differ by no more
than a named rule allows, are matched. Of the others, those belong together that have one key, one summary
number, or of which one takes the other back (its trace number), over any number of steps; what an open row
takes back belongs to it even where both sides agree on it. What a posting without a list might sum up belongs
to it until the list is there: rows that the other side has alone, of the same region, fund, accounting month
and adjustment flag, not later than the posting.

Within a group the rows of a key that both sides have are compared with each other, and the rest of one side
with the rest of the other: sums of money, the smallest and the largest of every other column. So a posting
agrees with thousands of rows, and one row with several.

A group of rows of one side alone is in transit while each of them may be absent by the other side's calendar;
it is a break the day after.

## The table

From top to bottom: the first line that holds gives a break its class, every other line that holds is a flag.

| class | 中文 | holds where | what it is |
| --- | --- | --- | --- |
"""


def page() -> str:
    """The page as the decision table has it."""
    made = []
    for line in lines(ROOT / "mappings"):
        columns = ", ".join(f"`{column}`" for column in line.columns)
        found = f"{_FOUND[line.finding]} {columns}".rstrip()
        made.append(f"| `{line.break_class.value}` | {line.zh} | {found} | {line.en} |\n")
    return _HEAD + "".join(made)


if __name__ == "__main__":
    Path(PAGE).write_text(page(), encoding="utf-8")
