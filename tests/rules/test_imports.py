import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.harness.locks import held
from tests.harness.session import Shared
from tests.rules.tree import ROOT, code_files

PACKAGES = ("gateway", "adapters", "commands", "sandbox", "bench")
NEWCOMER = "gateway.newcomer"  # may import what it imports, and has no place yet


@dataclass(frozen=True)
class Wrong:
    """`importer` must not import `imported`; `contract` is what has to notice."""

    contract: str
    importer: str
    imported: str

    @property
    def shown(self) -> str:
        """The line that the contract's part has about it: of another project's package, only which."""
        if self.importer == NEWCOMER:
            return f"- {NEWCOMER}\n"
        whole = self.imported.partition(".")[0] in PACKAGES
        return f"{self.importer} -> {self.imported if whole else self.imported.partition('.')[0]} (l."


WRONG = (
    Wrong("gateway-layers", "gateway.model.probe", "gateway.store"),
    Wrong("gateway-layers", "gateway.services.probe", "gateway.web"),
    Wrong("gateway-layers", "gateway.web.probe", "gateway.jobs"),
    Wrong("gateway-layers", "gateway.mapping.probe", "gateway.store"),
    Wrong("gateway-layers", "gateway.rules.probe", "gateway.ports"),
    Wrong("gateway-layers", "gateway.errors", "gateway.points"),
    Wrong("gateway-layers", NEWCOMER, "gateway.errors"),
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
    wide = {**os.environ, "COLUMNS": "400"}  # no name goes over two lines
    return subprocess.run(command, cwd=directory, env=wide, capture_output=True, text=True, check=False)


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


def copied(folder: Path) -> None:
    for package in PACKAGES:
        add_module(folder, f"{package}.__init__")
    for path in code_files():
        if path.relative_to(ROOT).parts[0] in PACKAGES:
            target = folder / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")


def spoil(folder: Path, wrong: Wrong) -> None:
    """Have `importer` import what it must not; each has a module of its own, so that none hides another."""
    if wrong.imported.partition(".")[0] in PACKAGES:
        add_module(folder, wrong.imported)
    with add_module(folder, wrong.importer).open("a", encoding="utf-8") as file:
        file.write(f"\nimport {wrong.imported}\n")


@pytest.fixture(scope="session")
def found(shared: Shared) -> Mapping[str, str]:
    """What the contracts say of a copy with every wrong import in it: the part about each broken one, by its name."""
    told = shared.root / "imports.txt"
    with held(told.with_suffix(".lock")):
        if not told.exists():
            with TemporaryDirectory(dir=shared.root) as folder:
                copied(Path(folder))
                for wrong in WRONG:
                    spoil(Path(folder), wrong)
                done = lint(Path(folder))
            assert done.returncode == 1, done.stdout + done.stderr
            told.write_text(done.stdout, encoding="utf-8")
    broken = told.read_text(encoding="utf-8").partition("Broken contracts\n")[2]
    parts = re.split(r"(?m)^(\S.*)\n-+$", broken)
    return dict(zip(map(str.strip, parts[1::2]), parts[2::2], strict=True))


def test_the_import_contracts_are_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "wrong", WRONG, ids=lambda wrong: f"{wrong.contract}: {wrong.importer} imports {wrong.imported}"
)
def test_a_wrong_import_is_caught_by_its_contract(found: Mapping[str, str], wrong: Wrong) -> None:
    assert wrong.shown in found[names()[wrong.contract]]


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
