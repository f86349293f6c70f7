"""Keys that do not belong to the database are found before anything is written with them."""

import pytest

from gateway.security.vault import create_keys
from tests.commands.conftest import Terminal

PAUSE = ("party", "pause", "zhejiang", "--because", "they are away")
REFUSED = ("party", "list"), PAUSE, ("journal", "verify"), ("serve",), ("worker",)


@pytest.mark.parametrize("arguments", REFUSED, ids=" ".join)
def test_a_lost_key_file_is_asked_for_and_not_replaced(terminal: Terminal, arguments: tuple[str, ...]) -> None:
    terminal.says(*PAUSE)
    vault = terminal.var / "keys" / "vault.json"
    vault.rename(vault.with_name("kept.json"))
    said = terminal.refuses(*arguments)
    assert (
        said == f"data_invalid: {vault}:1: the file is gone, and the database was sealed with it: put its copy back\n"
    )
    assert not vault.exists()


@pytest.mark.parametrize("arguments", REFUSED[:3], ids=" ".join)
def test_keys_of_another_deployment_are_refused(terminal: Terminal, arguments: tuple[str, ...]) -> None:
    terminal.says(*PAUSE)
    vault = terminal.var / "keys" / "vault.json"
    vault.unlink()
    create_keys(vault)
    said = terminal.refuses(*arguments)
    assert said.startswith(f"data_invalid: {vault}:1: the database was sealed with other keys than these")


def test_keys_are_not_made_while_nobody_knows_whether_there_were_some(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nobody@127.0.0.1:{free_port}/none")
    assert "the database does not answer" in terminal.refuses("party", "list")
    assert not (terminal.var / "keys" / "vault.json").exists()
