"""A straight question between provinces says which characters somebody cannot store, to whoever asked."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from gateway.mapping.dialect_loader import dialects
from gateway.model.province import FindWorker
from tests.adapters.gateway_province import MAPPINGS
from tests.adapters.spoken import profile
from tests.gateway.web.door import Gate
from tests.gateway.web.spoken import PERSON, QUESTIONS, WARRANT, Answering, calling


def hunan_spoken() -> Any:
    """Hunan's dialect with what its party.yaml says that it cannot store."""
    return dialects(MAPPINGS, lambda _: "secret")["molss/1.0"](profile("provinces/hunan").differences)


def test_who_asks_is_told_what_was_asked_instead_and_by_whom_it_is_kept(door: Gate) -> None:
    knows = Answering("hunan", ("43",))
    knows.dialect = hunan_spoken()
    asked = FindWorker(replace(PERSON, name="湘㛃骑"), WARRANT)
    with calling(door, "sichuan", knows) as sichuan:
        answer = sichuan.send(sichuan.document(asked))
    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["Kept-As"] == "hunan=%E3%9B%83%E2%86%92jie"
    assert knows.heard == [asked], "what is asked is not changed before it is written"


def test_who_cannot_store_the_answer_as_it_is_finds_itself_named(door: Gate) -> None:
    asked = FindWorker(replace(PERSON, name="湘𬱖骑"), WARRANT)
    with calling(door, "hunan", Answering("chengdu")) as hunan:
        spoken: Any = door.runtime.parties["hunan"]
        spoken.dialect = hunan.dialect = hunan_spoken()
        assert "Kept-As" not in hunan.send(hunan.document(FindWorker(PERSON, WARRANT))).headers
        answer = hunan.send(hunan.document(asked))
        assert hunan.read(answer, asked) == QUESTIONS["FindWorker"][1]
    assert unquote(answer.headers["Kept-As"]) == "hunan=𬱖→U+E000"
