"""The file of sealing keys: one that signs, then those that did."""

import re
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.security.seal_keys import key_id, load_seal_keys, rotate_seal_key
from gateway.security.signing import SigningKey, add_signing_key, create_signing_key


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "seals.pem"
    create_signing_key(path, "EdDSA")
    return path


def test_a_fresh_file_has_a_key_that_signs_and_none_before_it(file: Path) -> None:
    keys = load_seal_keys(file)
    keys.public.verify(keys.private.sign(b"seal"), b"seal")
    assert keys.earlier == ()
    assert "private" not in repr(keys).lower()


def test_rotation_puts_a_fresh_key_first_and_keeps_the_public_halves_in_order(file: Path) -> None:
    first = key_id(load_seal_keys(file).public)
    second, third = rotate_seal_key(file), rotate_seal_key(file)
    keys = load_seal_keys(file)
    assert key_id(keys.public) == third
    assert [key_id(key) for key in keys.earlier] == [second, first]


@pytest.mark.parametrize("wrong", ["another kind", "nothing", "two private", "public first", "no key"])
def test_a_file_that_holds_anything_else_is_named_and_stays_as_it_is(file: Path, wrong: str) -> None:
    public = file.read_bytes()
    match wrong:
        case "another kind":
            file.write_bytes(SigningKey.generate("ES256").pem())
        case "nothing":
            file.write_bytes(b"")
        case "two private":
            add_signing_key(file, "EdDSA")
        case "public first":
            rotate_seal_key(file)
            file.write_bytes(file.read_bytes()[len(public) :])
        case _:
            file.write_bytes(re.sub(rb"\n[^-]+\n", b"\nAAAA\n", file.read_bytes()))
    content = file.read_bytes()
    for verb in (load_seal_keys, rotate_seal_key):
        with pytest.raises(GatewayError) as raised:
            verb(file)
        assert (raised.value.kind.code, raised.value.params["file"]) == ("data_invalid", str(file))
    assert file.read_bytes() == content
