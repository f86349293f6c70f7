"""A dialect that is added is tried by the tests that are there, whatever its form: none of them is edited for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.provinces import change, copied, decided, of_samples, told
from tests.gateway.mapping.forms import FORMS, drop_answered
from tests.rules.tree import ROOT

TRIED = ("tests/mappings/test_laws.py", "tests/mappings/test_samples.py", "tests/mappings/test_parties.py")


def added(mappings: Path, folder: Path, name: str, form: str) -> None:
    """A party of a dialect of its own, from the examples of a form and with everything decided."""
    (files, decisions), _ = FORMS[form]
    paths = []
    for file, body in files.items():
        paths.append(folder / name / file)
        paths[-1].parent.mkdir(exist_ok=True)
        paths[-1].write_bytes(body)
    operation = "find" if "find.request.xml" in files else "find-worker"
    said = ("--message", f"{operation}=FindWorker", *of_samples(paths))
    told(mappings, "party", "new", f"provinces/{name}", *said)
    dialect = mappings / "dialects" / name / "1.0"
    for file, old, new in decisions:
        if old == "lines gone":
            drop_answered(dialect / file)
        else:
            change(dialect / file, (old, new))
    if form == "rows without a header":
        # One of its examples is about somebody else, so that widths show.
        other = ("differs: reported,", "differs: reported, normalised: one example is about somebody else,")
        change(dialect / "messages" / "find-worker.yaml", other)


@pytest.mark.timeout(300)
def test_the_laws_and_samples_of_a_dialect_of_any_form_are_tried_once_its_folder_is_there(tmp_path: Path) -> None:
    mappings = copied(tmp_path)
    for number, form in enumerate(FORMS):
        added(mappings, tmp_path, f"added{number}", form)
    decided(mappings)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "added or qinghai", *TRIED]
    # It is a part of the tests by intention: what tells a whole run is not for it.
    environment = {**os.environ, "CI": "", "TRIED_MAPPINGS": str(mappings)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    for name in ("qinghai", *(f"added{number}" for number in range(len(FORMS)))):
        assert (mappings / "dialects" / name).is_dir()
    assert " passed" in done.stdout
