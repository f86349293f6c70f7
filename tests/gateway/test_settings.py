"""What a process runs with: four layers, each value checked as it is read, and no secret on any screen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway import settings as settings_of
from gateway.errors import GatewayError
from gateway.settings import LEFT_BY_RUN, Settings, documented, masked, read

POSTGRESQL = "postgresql+psycopg://gateway:hunter2@db.example/gateway"
PRODUCTION = {"ENVIRONMENT": "production", "DATABASE_URL": POSTGRESQL}
Reading = Callable[..., Settings]


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Read settings with these variables and nothing else, in a VAR_DIR of the test's own."""
    return lambda **given: read({"VAR_DIR": str(tmp_path)} | given)


def refusal(reading: Reading, **given: str) -> GatewayError:
    with pytest.raises(GatewayError) as problem:
        reading(**given)
    assert problem.value.kind.code == "setting_invalid"
    return problem.value


def secrets(folder: Path, text: str) -> str:
    path = folder / "secrets.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def leave(folder: Path, text: str) -> None:
    """What `run` leaves for the commands that are given while it stands."""
    (folder / LEFT_BY_RUN).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("amount", ["", "1", "1,000.00", "-1.00", "1e3", "01.00", "１.00"])
def test_the_amount_above_which_two_agree_is_money_in_yuan(reading: Reading, amount: str) -> None:
    assert reading(SECOND_PERSON_ABOVE="0.00").second_person_above_fen == 0
    assert reading().second_person_above_fen == 1_000_000
    if amount:
        assert "1000" in refusal(reading, SECOND_PERSON_ABOVE=amount).params["reason"]


def test_nothing_given_is_a_demo_on_sqlite_in_its_folder(reading: Reading, tmp_path: Path) -> None:
    found = reading()
    assert (found.environment, found.port, found.worker, found.sandbox) == ("demo", 8080, 8081, 8082)
    assert found.database == f"sqlite:///{tmp_path / 'gateway.db'}"
    assert found.url == "http://127.0.0.1:8080"
    assert not found.production


def test_the_ports_move_together(reading: Reading) -> None:
    found = reading(PORT="9000")
    assert (found.port, found.worker, found.sandbox, found.url) == (9000, 9001, 9002, "http://127.0.0.1:9000")
    apart = reading(PORT="9000", WORKER_PORT="9500", SANDBOX_PORT="9600", PUBLIC_URL="https://gateway.example")
    assert (apart.worker, apart.sandbox, apart.url) == (9500, 9600, "https://gateway.example")


def test_how_the_outside_and_this_machine_reach_the_gateway_may_differ(reading: Reading) -> None:
    behind = reading(PORT="9000", PUBLIC_URL="https://gateway.example/si/")
    assert (behind.url, behind.here) == ("https://gateway.example/si", "http://127.0.0.1:9000")
    assert reading(PORT="9000", BIND="0.0.0.0").here == "http://127.0.0.1:9000"
    assert reading(PORT="9000", BIND="10.1.2.3").here == "http://10.1.2.3:9000"


def test_what_run_left_is_overruled_by_the_environment_and_that_by_the_secrets_file(
    reading: Reading, tmp_path: Path
) -> None:
    leave(tmp_path, 'port = 1001\nthreads = 2\nlease_seconds = 41\nparty_hunan_secret = "left"\n')
    given = {"THREADS": "3", "LEASE_SECONDS": "42"}
    file = secrets(tmp_path, "lease_seconds = 43\n")
    assert (reading().port, reading().threads, reading().lease_seconds) == (1001, 2, 41)
    found = reading(**given, SECRETS_FILE=file)
    assert (found.port, found.threads, found.lease_seconds) == (1001, 3, 43)


@pytest.mark.parametrize(
    ("left", "environment", "filed", "expected"),
    [
        ("left", "", "", "left"),
        ("left", "environment", "", "environment"),
        ("left", "environment", "filed", "filed"),
        ("", "environment", "filed", "filed"),
    ],
)
def test_a_partys_credentials_follow_the_same_order(
    reading: Reading, tmp_path: Path, left: str, environment: str, filed: str, expected: str
) -> None:
    line = 'party_hunan_secret = "{}"\n'
    leave(tmp_path, line.format(left) if left else "")
    given = {"PARTY_HUNAN_SECRET": environment} if environment else {}
    file = secrets(tmp_path, line.format(filed) if filed else "")
    assert reading(**given, SECRETS_FILE=file).parties == {"PARTY_HUNAN_SECRET": expected}


def test_an_empty_variable_is_a_variable_that_is_not_given(reading: Reading) -> None:
    assert reading(PORT="", LOG_LEVEL="", RULES_DIR="") == reading()


def test_variables_of_others_are_none_of_ours(reading: Reading) -> None:
    assert reading(PATH="/bin", PORTS="1", GATEWAY_PORT="2") == reading()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "prod"),
        ("PORT", "http"),
        ("PORT", "80.5"),
        ("PORT", "0"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("WORKER_PORT", "-1"),
        ("WORKER_PORT", "65536"),
        ("SANDBOX_PORT", "x"),
        ("LEASE_SECONDS", "0"),
        ("LEASE_SECONDS", "-30"),
        ("LEASE_SECONDS", "half a minute"),
        ("THREADS", "0"),
        ("THREADS", "many"),
        ("BODY_LIMIT", "0"),
        ("BODY_LIMIT", "1 MB"),
        ("LOG_LEVEL", "loud"),
        ("DATABASE_URL", "gateway.db"),
        ("DATABASE_URL", "mysql://gateway@db.example/gateway"),
        ("PUBLIC_URL", "gateway.example"),
        ("PUBLIC_URL", "ftp://gateway.example"),
        ("PUBLIC_URL", "https://gateway.example/?to=us"),
        ("BATCH_URL", "spark-1.example:7077"),
        ("BATCH_URL", "spark://spark-1.example"),
        ("BATCH_URL", "spark://user:secret@spark-1.example:7077"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_setting(reading: Reading, name: str, value: str) -> None:
    assert str(refusal(reading, **{name: value})).startswith(f"The setting {name} is not usable: ")


@pytest.mark.parametrize("name", ["PORT", "LEASE_SECONDS"])
@pytest.mark.parametrize("value", ['"x"', "[1]", "true", "1.5"])
def test_a_wrong_value_in_a_file_is_refused_too(reading: Reading, tmp_path: Path, name: str, value: str) -> None:
    file = secrets(tmp_path, f"{name.lower()} = {value}\n")
    assert name in str(refusal(reading, SECRETS_FILE=file))


@pytest.mark.parametrize("content", [b"port = \n", b"port 8080\n", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_named(reading: Reading, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "secrets.toml"
    if content is not None:
        path.write_bytes(content)
    problem = str(refusal(reading, SECRETS_FILE=str(path)))
    assert "SECRETS_FILE" in problem
    assert str(path) in problem


@pytest.mark.parametrize("content", ["port = \n", "port = 'x'\n"])
def test_what_run_left_is_checked_as_well(reading: Reading, tmp_path: Path, content: str) -> None:
    leave(tmp_path, content)
    refusal(reading)


@pytest.mark.parametrize("url", ["", "sqlite:////srv/gateway.db", "sqlite://"])
def test_production_refuses_sqlite(reading: Reading, url: str) -> None:
    assert "DATABASE_URL" in str(refusal(reading, ENVIRONMENT="production", DATABASE_URL=url))


@pytest.mark.parametrize("name", ["NOW_FILE", "KILL_POINT", "TRACE_POINTS"])
def test_production_refuses_what_is_made_for_tests(reading: Reading, name: str) -> None:
    assert name in str(refusal(reading, **PRODUCTION, **{name: "somewhere"}))
    assert reading(ENVIRONMENT="test", **{name: "somewhere"}).environment == "test"


def test_production_refuses_a_moved_clock_wherever_it_is_given(reading: Reading, tmp_path: Path) -> None:
    file = secrets(tmp_path, 'now_file = "clock"\n')
    assert "NOW_FILE" in str(refusal(reading, **PRODUCTION, SECRETS_FILE=file))


@pytest.mark.parametrize("given", [PRODUCTION, {}], ids=["said in the environment", "said in the secrets file"])
def test_production_never_reads_what_a_demo_left(reading: Reading, tmp_path: Path, given: dict[str, str]) -> None:
    leave(tmp_path, 'port = 1001\nparty_hunan_url = "http://127.0.0.1:8082/hunan"\n')
    file = secrets(tmp_path, "".join(f'{name.lower()} = "{value}"\n' for name, value in PRODUCTION.items()))
    found = reading(**given, SECRETS_FILE=file)
    assert found.production
    assert (found.port, found.parties) == (8080, {})


def test_production_with_all_it_needs_is_accepted(reading: Reading) -> None:
    found = reading(**PRODUCTION)
    assert (found.production, found.database) == (True, POSTGRESQL)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_an_address_of_postgresql_is_understood_as_people_write_it(reading: Reading, scheme: str) -> None:
    found = reading(DATABASE_URL=POSTGRESQL.replace("postgresql+psycopg", scheme))
    assert found.database == POSTGRESQL, "one driver is installed, and nobody has to name it"


@pytest.mark.parametrize(
    "given",
    [
        {"DATABASE_URL": POSTGRESQL},
        {"DATABASE_URL": "postgresql+psycopg://gateway:p@hunter2@db.example/gateway"},
        {"DATABASE_URL": "postgresql+psycopg://db.example/gateway?user=gateway&password=hunter2"},
        {"PARTY_HUNAN_SECRET": "hunter2"},
        {"PARTY_HUNAN_URL": "http://user:hunter2@hunan.example/sbzhpt"},
    ],
    ids=["password", "password with an @", "password in the query", "credentials", "credentials in an address"],
)
def test_no_secret_is_shown(reading: Reading, given: dict[str, str]) -> None:
    found = reading(**given)
    assert "hunter2" not in " ".join(masked(found).values())
    assert "hunter2" not in repr(found), "a traceback or a log line may show the whole object"


def test_what_is_no_secret_is_shown(reading: Reading) -> None:
    shown = masked(reading(DATABASE_URL=POSTGRESQL, PARTY_HUNAN_URL="https://hunan.example/sbzhpt", PORT="9000"))
    assert shown["port"] == "9000"
    assert shown["PARTY_HUNAN_URL"] == "https://hunan.example/sbzhpt"
    assert "db.example/gateway" in shown["database_url"], "which database it is helps to find a mistake"


def test_every_setting_but_the_parties_is_documented_with_its_default() -> None:
    table = documented()
    plain = read({"VAR_DIR": "nowhere"})
    for name, (default, purpose) in table.items():
        assert purpose
        assert name == "VAR_DIR" or str(getattr(plain, name.lower())) == default
    assert set(table) | {"PARTIES"} == {name.upper() for name in Settings.__dataclass_fields__}


def test_the_environment_of_the_process_is_what_counts_when_nothing_is_handed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", "9123")
    assert settings_of.read().port == 9123


def test_settings_are_not_changed_once_they_are_read(reading: Reading) -> None:
    found: Any = reading()
    with pytest.raises(AttributeError):
        found.port = 1
