import pytest

from tests.harness.supervisor import REPOSITORY

WHOLE = "def test_holds(): pass\n"
LEFT_OUT = {
    "skipped": "import pytest\ndef test_holds(): pass\ndef test_no(): pytest.skip('later')\n",
    "skipped module": "import pytest\npytest.skip('later', allow_module_level=True)\n",
    "xfailed": "import pytest\ndef test_holds(): pass\n@pytest.mark.xfail\ndef test_no(): assert False\n",
    "xpassed": "import pytest\ndef test_holds(): pass\n@pytest.mark.xfail\ndef test_no(): pass\n",
    "no test ran": "",
}


@pytest.fixture(autouse=True)
def continuous_integration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))


def run(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(test_it=source)
    return pytester.runpytest_inprocess("-p", "tests.harness.gate", *arguments)


def run_divided(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(test_it=source)
    return pytester.runpytest_subprocess("-p", "tests.harness.gate", "-p", "no:hypothesispytest", "-n1", *arguments)


def test_a_whole_run_passes_and_ends_with_the_summary_of_pytest(pytester: pytest.Pytester) -> None:
    done = run_divided(pytester, WHOLE)
    assert done.ret == 0
    done.stdout.fnmatch_lines(["*1 passed in*"])


@pytest.mark.parametrize("what", LEFT_OUT)
def test_a_run_with_anything_left_out_fails_and_says_what(pytester: pytest.Pytester, what: str) -> None:
    done = run(pytester, LEFT_OUT[what])
    assert done.ret == 1
    done.stdout.fnmatch_lines([f"CI=true refuses this run: *{what.removesuffix(' module')}*"])


def test_a_run_with_tests_deselected_fails(pytester: pytest.Pytester) -> None:
    done = run(pytester, WHOLE + "def test_other(): pass\n", "-k", "holds")
    assert done.ret == 1
    done.stdout.fnmatch_lines(["CI=true refuses this run: 1 deselected", "*1 passed*"])


def test_what_the_workers_of_a_divided_run_left_out_counts_too(pytester: pytest.Pytester) -> None:
    done = run_divided(pytester, LEFT_OUT["skipped"] + "def test_other(): pass\n", "-k", "holds or no")
    assert done.ret == 1
    done.stdout.fnmatch_lines(["CI=true refuses this run: 1 skipped, 1 deselected", "*1 passed, 1 skipped*"])


def test_a_failed_test_stays_a_failed_run(pytester: pytest.Pytester) -> None:
    assert run(pytester, "def test_breaks(): assert False\n").ret == 1


def test_outside_continuous_integration_one_test_may_be_picked(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI")
    assert run(pytester, WHOLE + "def test_other(): pass\n", "-k", "holds").ret == 0
