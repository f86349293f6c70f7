"""Keys that sign seals come one after the other."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.security.seal_keys import key_id
from gateway.store.journal_chain import START
from gateway.store.journal_seals import Seal
from gateway.store.journal_signers import Signers

PRIVATE = [Ed25519PrivateKey.generate() for _ in range(3)]
NEWEST_FIRST = [key.public_key() for key in reversed(PRIVATE)]
SECOND, MINUTE = 1_000_000, 60_000_000


def seal(number: int, at: int, key: Ed25519PrivateKey) -> Seal:
    return Seal(number, at, START, START).signed(key)


def judged(*signed: tuple[int, int]) -> list[tuple[str | None, bool]]:
    """What is found of seals, each given by its time in seconds and the number of its key, the oldest being 0."""
    signers = Signers(NEWEST_FIRST)
    return [signers.of(seal(number, at * SECOND, PRIVATE[key])) for number, (at, key) in enumerate(signed, 1)]


@given(st.lists(st.integers(0, 2), min_size=1, max_size=6))
def test_each_seal_is_known_by_its_key_and_keys_that_only_go_forward_are_in_turn(keys: list[int]) -> None:
    found = judged(*((100 * number, key) for number, key in enumerate(sorted(keys))))
    assert found == [(key_id(PRIVATE[key].public_key()), True) for key in sorted(keys)]


def test_a_worker_that_was_about_to_seal_may_use_the_replaced_key_for_a_minute() -> None:
    assert [in_turn for _, in_turn in judged((0, 0), (10, 1), (70, 0), (71, 0), (80, 1))] == [True] * 3 + [False, True]


def test_a_key_is_not_skipped_back_to_by_a_later_one() -> None:
    assert [in_turn for _, in_turn in judged((0, 0), (10, 2), (200, 1))] == [True, True, False]


def test_a_strangers_signature_is_nobodys() -> None:
    signers, strange = Signers(NEWEST_FIRST), seal(1, 0, Ed25519PrivateKey.generate())
    assert signers.of(strange) == (None, False)
    assert not signers.any_of(strange)
    assert all(signers.any_of(seal(1, 0, key)) for key in PRIVATE)
