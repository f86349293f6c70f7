from tests.journeys.campaign import WAYS
from tests.journeys.effects_table import PAGE, ROOT, guarantees, page

MAPPINGS = ROOT / "mappings"


def test_the_page_says_what_the_parties_files_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(MAPPINGS), "python -m tests.journeys.effects_table writes it anew"


def test_whatever_enrolments_change_at_the_parties_they_pass_takes_effect_exactly_once() -> None:
    passed = {party for way in WAYS for party in (way.province, f"tax-{way.province}")}
    changing = {kind for (party, _), kind in guarantees(MAPPINGS).items() if party in passed}
    assert changing == {"no effect", "exactly once"}
