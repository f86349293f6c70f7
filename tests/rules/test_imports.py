import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.rules.tree import ROOT, code_files

PACKAGES = ("gateway", "adapters", "commands", "sandbox", "bench")


@dataclass(frozen=True)
class Wrong:
    """`importer` must not import `imported`; `contract` is what has to notice."""

    contract: str
    importer: str
    imported: str


WRONG = (
    Wrong("gateway-layers", "gateway.model.probe", "gateway.store"),
    Wrong("gateway-layers", "gateway.services.probe", "gateway.web"),
    Wrong("gateway-layers", "gateway.web.probe", "gateway.jobs"),
    Wrong("gateway-layers", "gateway.mapping.probe", "gateway.store"),
    Wrong("gateway-layers", "gateway.rules.probe", "gateway.ports"),
    Wrong("gateway-layers", "gateway.errors", "gateway.points"),
    Wrong("gateway-layers", "gateway.newcomer", "gateway.errors"),
    Wrong("adapters-layers", "adapters.party", "adapters.provinces.probe"),
    Wrong("adapters-layers", "adapters.provinces.probe", "adapters.tax.probe"),
    Wrong("adapters-layers", "adapters.transport.probe", "adapters.party"),
    Wrong("adapters-see-ports", "adapters.transport.probe", "gateway.store"),
    Wrong("adapters-see-ports", "adapters.party", "gateway.services.probe"),
    Wrong("core-without-adapters", "gateway.services.probe", "adapters.party"),
    Wrong("commands-without-adapters", "commands.probe", "adapters.party"),
    Wrong("nothing-imports-app", "gateway.web.probe", "app"),
    Wrong("outsiders", "sandbox.probe", "gateway.model"),
    Wrong("outsiders", "bench.probe", "adapters.party"),
    Wrong("plain-core", "gateway.model.probe", "msgspec"),
    Wrong("plain-core", "gateway.rules.probe", "yaml"),
    Wrong("flask", "gateway.services.probe", "flask"),
    Wrong("sqlalchemy", "gateway.services.probe", "sqlalchemy.orm"),
    Wrong("zeep", "adapters.party", "zeep"),
    Wrong("requests", "adapters.provinces.probe", "requests"),
    Wrong("paramiko", "adapters.party", "paramiko"),
    Wrong("lxml", "adapters.transport.probe", "lxml.etree"),
    Wrong("lxml", "gateway.web.probe", "xml.etree.ElementTree"),
    Wrong("apscheduler", "gateway.services.probe", "apscheduler.schedulers.background"),
    Wrong("batch-engine", "gateway.services.probe", "duckdb"),
    Wrong("batch-engine", "gateway.batch.engines", "pyspark"),
)


def lint(directory: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", program, "--no-cache"]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


def add_module(directory: Path, name: str) -> Path:
    """The file of a module, made with its packages where it does not exist yet."""
    *parents, last = name.split(".")
    folder = directory
    for parent in parents:
        folder = folder / parent
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    if (folder / last / "__init__.py").exists():
        return folder / last / "__init__.py"
    file = folder / f"{last}.py"
    file.touch()
    return file


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        add_module(tmp_path, f"{package}.__init__")
    for path in code_files():
        if path.relative_to(ROOT).parts[0] in PACKAGES:
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


def test_the_import_contracts_are_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "wrong", WRONG, ids=lambda wrong: f"{wrong.contract}: {wrong.importer} imports {wrong.imported}"
)
def test_a_wrong_import_is_caught_by_its_contract(copy: Path, wrong: Wrong) -> None:
    if wrong.imported.partition(".")[0] in PACKAGES:
        add_module(copy, wrong.imported)
    with add_module(copy, wrong.importer).open("a", encoding="utf-8") as file:
        file.write(f"\nimport {wrong.imported}\n")
    done = lint(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{names()[wrong.contract]} BROKEN" in " ".join(done.stdout.split())
    assert wrong.importer in done.stdout


def names() -> dict[str, str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}


def test_every_contract_is_shown_to_catch_a_wrong_import() -> None:
    assert names().keys() == {wrong.contract for wrong in WRONG}


def test_every_contract_carries_its_because() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    before = text.split("[[tool.importlinter.contracts]]")[:-1]
    assert [
        part.rstrip().rpartition("\n\n")[2] for part in before if "# because " not in part.rpartition("\n\n")[2]
    ] == []
