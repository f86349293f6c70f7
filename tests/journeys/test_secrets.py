"""After journeys with faults no identity number, name or mobile is anywhere in the clear: every byte is looked at."""

import base64
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from gateway.store import migrate
from tests.harness.postgres import running_cluster
from tests.harness.session import Shared
from tests.journeys.journey import Journey
from tests.journeys.launcher import Launcher
from tests.journeys.people import People, Person
from tests.journeys.search import Search
from tests.journeys.system import Plan, System, standing


@contextmanager
def sqlite_run(folder: Path, launcher: Launcher, _shared: Shared) -> Iterator[tuple[System, Path]]:
    """A run with its database in VAR_DIR."""
    database = folder / "var" / "gateway.db"
    database.parent.mkdir(parents=True)
    migrate(f"sqlite:///{database}")
    with standing(folder, f"sqlite:///{database}", launcher, Plan(pay_after=None)) as system:
        yield system, database.parent


@contextmanager
def postgresql_run(folder: Path, launcher: Launcher, shared: Shared) -> Iterator[tuple[System, Path]]:
    """A run with a server of its own, whose files can be read."""
    with running_cluster(shared.root / f"secrets-{os.getpid()}") as cluster:
        migrate(cluster.url())
        with standing(folder, cluster.url(), launcher, Plan(pay_after=None)) as system:
            yield system, cluster.directory


RUNS = {"sqlite": sqlite_run, "postgresql": postgresql_run}


def travel(system: System) -> list[Person]:
    """Journeys in which parties garble their answers, mistake the charset, and quote whom it is about."""
    people = [system.people.next() for _ in range(4)]
    refused, doubted, *others = people
    system.sandbox.fault("zhejiang", "EnrolWorker", "refuse", reason=quoting(refused))
    Journey.begin(system, "zhejiang", refused).until("refused")
    system.sandbox.fault("hunan", "EnrolWorker", "error_200", place=2, reason=f"ORA-00001: {quoting(doubted)}")
    system.sandbox.fault("tax-hunan", "DeclareLevy", "error_200", reason=quoting(doubted))
    system.sandbox.fault("tax-hunan", "FindLevy", "error_200", reason=quoting(doubted))
    system.sandbox.fault("card-hubei", "FindCard", "error_200", reason=quoting(doubted))
    Journey.begin(system, "hunan", doubted).complete()
    for fault in ("garbled", "wrong_charset"):
        for place in (("hunan", "EnrolWorker"), ("hunan", "FindCover"), ("tax-hunan", "DeclareLevy")):
            system.sandbox.fault(*place, fault)
    for journey in [Journey.begin(system, "hunan", person) for person in others]:
        journey.complete()
    system.wait_until_settled()
    return people


def quoting(person: Person) -> str:
    return f"{person.name}（{person.number}，电话{person.mobile}）不符合参保条件"


def send_nonsense(system: System, people: list[Person]) -> None:
    """Requests that are refused, with people in them: in wrong places, in wrong forms, to wrong doors."""
    person = people[0]
    body = system.request("hunan", person)
    worker = body["worker"]
    wrong = (
        body | {"worker": worker | {"id_number": person.number[:-1] + "?"}},
        body | {person.name: person.number},
        body | {"choice": person.name},
        body | {"workplace_region": person.number},
        body | {"start": "2020-01"},
        [person.name, person.number],
    )
    for number, each in enumerate(wrong):
        answer = system.platform.call("POST", "/v1/enrolments", each, f"wrong-{number}")
        assert 400 <= answer.status < 500
    search = {"id_type": "resident_id", "id_number": person.number}
    assert system.platform.call("POST", "/v1/workers/search", search).status == 200
    for door in ("/soap/gateway", "/in/tax-hunan"):
        assert system.platform.once("POST", door, [person.name, person.number]).status >= 400
    # A province's own dialect tells errors inside, with HTTP 200.
    assert system.platform.once("POST", "/in/hunan", [person.name, person.number]).status == 200


@pytest.mark.timeout(300)
def test_no_personal_data_is_anywhere_in_the_clear(
    kind: str, program: Launcher, shared: Shared, tmp_path: Path
) -> None:
    began = time.time() - 1
    with RUNS[kind](tmp_path / "run", program, shared) as (system, data):
        system.start()
        people = travel(system)
        send_nonsense(system, people)
        system.stop()
        search = Search(people)
        found = {
            *search.below(system.var),
            *search.below(data, since=began),
            *search.in_rows(system.engine),
        }
    assert sorted(found) == []


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
def test_the_search_finds_every_secret_in_every_form(charset: str, tmp_path: Path) -> None:
    person = People().next()
    search = Search([person])
    for secret in person.secrets:
        data = secret.encode(charset)
        written = [data, data.hex().encode(), data.hex().upper().encode(), quote(data).encode()]
        written += [base64.b64encode(bytes(before) + data + b"after") for before in range(3)]
        written += [base64.urlsafe_b64encode(bytes(before) + data) for before in range(3)]
        for number, each in enumerate(written):
            file = tmp_path / f"{number}"
            file.write_bytes(b"before " + each + b" after")
            assert [find for find in search.below(tmp_path) if secret in find.what], (secret, number)
            file.unlink()


def test_the_search_looks_at_escapes_and_at_the_names_of_files(tmp_path: Path) -> None:
    person = People().next()
    search = Search([person])
    escaped = person.name.encode("unicode_escape")
    for data in (escaped, escaped.upper().replace(b"\\U", b"\\u"), person.name.encode("ascii", "xmlcharrefreplace")):
        assert list(search.in_bytes("here", b'{"name": "' + data + b'"}'))
    (tmp_path / f"of-{person.number}").touch()
    assert list(search.below(tmp_path))
