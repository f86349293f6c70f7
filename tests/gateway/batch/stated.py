"""Rows of statements that Hypothesis draws: every insurance, optional columns there or not, days before the file's."""

from datetime import timedelta

from hypothesis import strategies as st

from gateway.model.codes import Insurance
from gateway.model.statement import StatementRow
from gateway.model.values import Money, Month, Region
from tests.gateway.mapping.statements import DAY, TODAY, row

NUMBERS = st.from_regex(r"[0-9A-Za-z-]{1,20}", fullmatch=True)
_LETTERS = "张三湘骑億䶮㛃𬱖·A b'\"<&,"


@st.composite
def stated_rows(draw: st.DrawFn, letters: str = _LETTERS) -> list[StatementRow]:
    """The rows of a file of DAY that is taken in on TODAY. `letters`: of names."""
    return [_row(draw, number, letters) for number in range(1, draw(st.integers(0, 4)) + 1)]


def _row(draw: st.DrawFn, number: int, letters: str) -> StatementRow:
    reverses = draw(st.none() | NUMBERS)
    sign = -1 if reverses else 1
    return row(
        number,
        item=draw(NUMBERS),
        month=Month(draw(st.integers(2024 * 12, 2026 * 12 + 9))),
        insurance=draw(st.sampled_from(Insurance)),
        agency=Region(draw(st.sampled_from(["430100", "330206"]))),
        collected_on=DAY - timedelta(days=draw(st.sampled_from([0, 0, 1, 30]))),
        amount=Money(sign * draw(st.integers(0, 10**11))),
        late_fee=Money(sign * draw(st.integers(0, 10**6))),
        interest=Money(sign * draw(st.integers(0, 10**6))),
        adjustment=draw(st.booleans()),
        treasury_on=draw(st.none() | st.sampled_from([DAY, TODAY])),
        summary_number=draw(st.none() | st.just(f"{number:08d}") | NUMBERS),
        reverses=reverses,
        tax_person_number=draw(st.sampled_from(["20143010000000001", "T-2"]) | NUMBERS),
        person_number=draw(st.none() | NUMBERS),
        name=draw(st.text(st.sampled_from(letters), min_size=1, max_size=9)).strip() or "张",
    )
