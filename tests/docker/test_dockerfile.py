import fnmatch
import json
import re
from pathlib import PurePosixPath

import pytest

from tests.docker.compose_file import FOLDER, services
from tests.docker.dockerfile import Instruction, instructions, named
from tests.rules.tree import ROOT

IGNORE = FOLDER / "Dockerfile.dockerignore"
LAST_STAGE = max(each.stage for each in instructions())


def sources(copy: Instruction) -> list[str]:
    return copy.words[:-1]


def let_in() -> list[str]:
    lines = IGNORE.read_text(encoding="ascii").splitlines()
    return [line.removeprefix("!") for line in lines if line.startswith("!")]


def test_the_image_is_built_in_two_stages_of_one_named_python() -> None:
    (version,) = [each.text.partition("=")[2] for each in named("ARG")]
    assert re.fullmatch(r"3\.\d+-slim-\w+", version)
    assert [each.words[0] for each in named("FROM")] == ["python:${PYTHON}"] * 2


def test_only_the_first_stage_sees_the_lock_and_the_second_installs_without_network() -> None:
    assert [each.stage for each in instructions() if "runtime.txt" in each.text] == [0, 0]
    second = [each.text for each in named("RUN") if each.stage == LAST_STAGE]
    assert any("from=wheels" in text and "install.sh" in text for text in second)


@pytest.mark.parametrize("run", named("RUN"), ids=lambda run: run.text[-40:])
def test_every_step_is_one_script_that_the_tests_know(run: Instruction) -> None:
    shell, script, *_ = run.words
    step = PurePosixPath(script).name
    assert shell == "sh"
    assert not set("&|;") & set(run.text)
    assert (FOLDER / "steps" / step).is_file()
    assert step in (ROOT / "tests" / "docker" / "test_steps.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("copy", named("COPY"), ids=lambda copy: copy.text[:40])
def test_what_is_copied_exists_and_is_let_in(copy: Instruction) -> None:
    for source in sources(copy):
        assert (ROOT / source).exists()
        assert any(PurePosixPath(source).is_relative_to(allowed) for allowed in let_in())


def test_nothing_but_what_is_copied_is_let_in() -> None:
    assert IGNORE.read_text(encoding="ascii").splitlines()[1] == "*"
    copied = {source.rstrip("/") for copy in named("COPY") for source in sources(copy)}
    steps = {f"docker/steps/{path.name}" for path in (FOLDER / "steps").iterdir()}
    assert {path for path in let_in() if path != "docker/steps"} <= copied
    assert {path for path in copied if path not in steps} <= set(let_in())


@pytest.mark.parametrize("path", ["var/gateway.db", "docker/secrets/tls.key", ".git/config", "tests/conftest.py"])
def test_data_keys_and_history_stay_outside(path: str) -> None:
    assert not any(fnmatch.fnmatch(path, pattern) or path.startswith(f"{pattern}/") for pattern in let_in())


def test_every_package_that_the_command_line_imports_is_in_the_image() -> None:
    copied = {source.rstrip("/") for copy in named("COPY") for source in sources(copy)}
    code = (ROOT / "app.py").read_text(encoding="utf-8")
    roots = {match[1] for match in re.finditer(r"^(?:from|import) (\w+)", code, re.MULTILINE)}
    assert {root for root in roots if (ROOT / root).is_dir()} <= copied
    assert {"app.py", "mappings", "sandbox"} <= copied


def test_it_runs_as_somebody_without_rights() -> None:
    (user,) = named("USER")
    script = (FOLDER / "steps" / "user.sh").read_text(encoding="ascii")
    assert (user.text, user.stage) == ("10001:10001", LAST_STAGE)
    assert "gateway:x:10001:10001:" in script
    assert {str(services()[name]["user"]) for name in ("gateway-1", "worker", "sandbox")} == {user.text}
    assert [each.name for each in instructions()].index("USER") > max(
        position for position, each in enumerate(instructions()) if each.name in ("RUN", "COPY")
    )


def test_it_is_asked_for_its_health_and_serves_unless_told_otherwise() -> None:
    (health,) = named("HEALTHCHECK")
    (entry,), (command,) = named("ENTRYPOINT"), named("CMD")
    assert "/health/ready" in health.text
    assert json.loads(entry.text) == ["sh", "/srv/gateway/docker/entrypoint.sh"]
    assert json.loads(command.text) == ["serve"]


def test_what_it_keeps_lies_in_its_one_volume() -> None:
    (volume,) = named("VOLUME")
    environment = dict(pair.split("=", 1) for each in named("ENV") for pair in each.words)
    assert environment["VAR_DIR"] == volume.text == "/var/lib/gateway"
    assert volume.text in (FOLDER / "steps" / "user.sh").read_text(encoding="ascii")
