from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from gateway.mapping.rulebook import load_law
from gateway.model.codes import Choice, Cycle, Insurance
from gateway.model.platform import Contribution
from gateway.model.values import Month, Region
from gateway.rules.law import Application, Law, Question

MAPPINGS = Path(__file__).parents[3] / "mappings"


@pytest.fixture(scope="session")
def shipped() -> Law:
    return load_law(MAPPINGS)


@pytest.fixture(scope="session")
def demo(demo_law: Law) -> Law:
    return demo_law


@pytest.fixture(scope="session")
def ask() -> Callable[..., Question]:
    def asking(law: Law, insurance: str, region: str, on: date) -> Question:
        return Question(law, Insurance(insurance), region, on)

    return asking


@pytest.fixture(scope="session")
def applying() -> Callable[..., Application]:
    def application(
        *insurances: str,
        choice: str = "workplace",
        workplace: str = "330106",
        registered: str = "430102",
        grade: int = 60,
        cycle: str = "monthly",
        start: str = "2026-12",
        birth: date | None = date(1990, 3, 7),
        male: bool | None = True,
    ) -> Application:
        return Application(
            insurances=tuple(Insurance(each) for each in insurances or ("pension",)),
            choice=Choice(choice),
            workplace=Region(workplace),
            registered=Region(registered),
            contribution=Contribution(grade, Cycle(cycle)),
            start=Month.parse(start),
            birth=birth,
            male=male,
        )

    return application


@pytest.fixture(scope="session")
def overlaid(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Law]:
    def law(text: str) -> Law:
        folder = tmp_path_factory.mktemp("rules")
        (folder / "own.yaml").write_text(text, encoding="utf-8")
        return load_law(MAPPINGS, folder)

    return law
