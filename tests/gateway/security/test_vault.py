import json
import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.security.vault import Keyring, add_key, create_keys, open_with, seal_with

NAME = "李䶮".encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_keys(tmp_path / "keys.json")
    return tmp_path / "keys.json"


@pytest.fixture
def keyring(path: Path) -> Keyring:
    return Keyring.load(path)


def refused(attempt: object, *args: object) -> None:
    with pytest.raises(GatewayError) as caught:
        attempt(*args)  # type: ignore[operator]  # wrong on purpose
    assert caught.value.kind.code == "sealed_unreadable"


def test_what_is_sealed_opens_again_at_its_place(keyring: Keyring) -> None:
    assert keyring.open(keyring.seal(NAME, "person.name:7"), "person.name:7") == NAME


def test_a_seal_hides_its_content_and_differs_every_time(keyring: Keyring) -> None:
    first, second = keyring.seal(NAME, "x"), keyring.seal(NAME, "x")
    assert first != second
    assert NAME not in first


def test_a_seal_moved_to_another_place_does_not_open(keyring: Keyring) -> None:
    refused(keyring.open, keyring.seal(NAME, "person.name:7"), "person.name:8")


def test_a_seal_with_any_byte_changed_does_not_open(keyring: Keyring) -> None:
    blob = keyring.seal(NAME, "x")
    for position in range(len(blob)):
        changed = blob[:position] + bytes([blob[position] ^ 1]) + blob[position + 1 :]
        refused(keyring.open, changed, "x")


def test_a_seal_cut_short_does_not_open(keyring: Keyring) -> None:
    blob = keyring.seal(NAME, "x")
    for length in range(len(blob)):
        refused(keyring.open, blob[:length], "x")


def test_another_process_with_the_same_file_opens_the_seal(keyring: Keyring, path: Path) -> None:
    assert Keyring.load(path).open(keyring.seal(NAME, "x"), "x") == NAME


def test_other_keys_do_not_open_the_seal(keyring: Keyring, tmp_path: Path) -> None:
    create_keys(tmp_path / "other.json")
    refused(Keyring.load(tmp_path / "other.json").open, keyring.seal(NAME, "x"), "x")


def test_after_a_change_of_keys_old_seals_open_and_new_ones_use_the_new_key(keyring: Keyring, path: Path) -> None:
    old = keyring.seal(NAME, "x")
    name = add_key(path)
    changed = Keyring.load(path)
    assert changed.open(old, "x") == NAME
    assert changed.seal(NAME, "x")[1:5] == bytes.fromhex(name)
    assert old[1:5] != bytes.fromhex(name)


def test_a_process_that_started_before_the_change_opens_what_is_sealed_after_it(keyring: Keyring, path: Path) -> None:
    add_key(path)
    assert keyring.open(Keyring.load(path).seal(NAME, "x"), "x") == NAME


def test_blind_indexes_stay_findable_through_a_change_of_keys(keyring: Keyring, path: Path) -> None:
    before = keyring.blind("id", "110101199003071014")
    add_key(path)
    assert Keyring.load(path).blind("id", "110101199003071014") == before


def test_a_blind_index_tells_kinds_values_and_deployments_apart(keyring: Keyring, tmp_path: Path) -> None:
    create_keys(tmp_path / "other.json")
    other = Keyring.load(tmp_path / "other.json")
    indexes = {keyring.blind("id", "1"), keyring.blind("id", "2"), keyring.blind("mobile", "1"), other.blind("id", "1")}
    assert len(indexes) == 4
    assert {len(index) for index in indexes} == {32}


def test_a_data_key_is_unwrapped_by_the_keyring_only(keyring: Keyring) -> None:
    key = keyring.new_data_key()
    assert keyring.unwrap(key.wrapped) == key.plain
    assert key.plain not in key.wrapped
    refused(keyring.unwrap, key.wrapped[:-1])


def test_purposes_are_kept_apart(keyring: Keyring) -> None:
    refused(keyring.open, keyring.new_data_key().wrapped, "data key")
    refused(keyring.unwrap, keyring.seal(bytes(32), "data key"))


def test_rewrapping_changes_the_wrapping_and_not_the_key(keyring: Keyring, path: Path) -> None:
    key = keyring.new_data_key()
    name = add_key(path)
    rewrapped = Keyring.load(path).rewrap(key.wrapped)
    assert rewrapped[1:5] == bytes.fromhex(name)
    assert keyring.unwrap(rewrapped) == key.plain


def test_a_record_opens_with_its_data_key_at_its_place_only(keyring: Keyring) -> None:
    key, other = keyring.new_data_key(), keyring.new_data_key()
    blob = seal_with(key, NAME, "stream:1")
    assert open_with(key.plain, blob, "stream:1") == NAME
    refused(open_with, key.plain, blob, "stream:2")
    refused(open_with, other.plain, blob, "stream:1")
    refused(open_with, key.plain, blob[:5], "stream:1")


def test_no_two_records_share_a_key_or_a_nonce(keyring: Keyring) -> None:
    made = [keyring.new_data_key() for _ in range(100)]
    nonces = {key.nonce for key in made} | {key.wrapped[21:33] for key in made}
    assert (len({key.plain for key in made}), len(nonces), {len(nonce) for nonce in nonces}) == (100, 200, {12})


def test_keys_never_show_in_a_representation(keyring: Keyring, path: Path) -> None:
    keys = json.loads(path.read_text())["keys"].values()
    assert all(key not in repr(keyring) for key in keys)
    assert repr(keyring.new_data_key()) == "DataKey()"


def test_a_key_file_is_its_owners_alone(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]


def test_creating_keys_twice_keeps_the_first(path: Path) -> None:
    before = path.read_bytes()
    assert not create_keys(path)
    assert path.read_bytes() == before


def _seal(path: Path) -> bytes:
    create_keys(path)
    return Keyring.load(path).seal(NAME, "x")


def test_processes_that_race_for_the_key_file_end_up_with_the_same_keys(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        blobs = list(pool.map(_seal, [tmp_path / "keys.json"] * 8))
    keyring = Keyring.load(tmp_path / "keys.json")
    assert [keyring.open(blob, "x") for blob in blobs] == [NAME] * 8


def test_processes_that_add_keys_at_the_same_time_lose_none(path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        names = list(pool.map(add_key, [path] * 8))
    assert all(f"'{name}'" in repr(Keyring.load(path)) for name in names)


@pytest.mark.parametrize("mode", [0o602, 0o604, 0o660, 0o777])
def test_a_key_file_that_others_may_touch_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(GatewayError, match="mode to 600"):
        Keyring.load(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"current": "00000000", "index": "00000000", "keys": {}}',
        '{"current": 1, "index": 1, "keys": {"1": 2}}',
        '{"current": "00000000", "index": "00000000", "keys": {"00000000": "c2hvcnQ="}}',
    ],
)
def test_a_file_that_holds_no_keys_is_named(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(GatewayError, match=r"keys\.json"):
        Keyring.load(path)


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GatewayError, match=r"none\.json"):
        Keyring.load(tmp_path / "none.json")


KEYRING = Keyring({"0a0b0c0d": bytes(range(32))}, "0a0b0c0d", "0a0b0c0d")


@given(st.binary(max_size=2000), st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_value_opens_again_at_any_place(plain: bytes, context: str) -> None:
    assert KEYRING.open(KEYRING.seal(plain, context), context) == plain


@given(st.binary(max_size=200))
def test_no_bytes_open_by_accident(blob: bytes) -> None:
    refused(KEYRING.open, blob, "x")
    refused(KEYRING.open, b"\x01\x0a\x0b\x0c\x0d" + blob, "x")
