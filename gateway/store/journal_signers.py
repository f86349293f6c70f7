"""Whose signature a seal bears: keys come one after the other, and a replaced one signs no more."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.security.seal_keys import key_id
from gateway.store.journal_seals import Seal

# A worker that is about to seal while the key is being replaced may do so once more.
_HANDING_OVER = 60_000_000  # microseconds


class Signers:
    """The keys that may have signed, the latest first; seals are shown to it in their order."""

    def __init__(self, keys: Sequence[Ed25519PublicKey]) -> None:
        self._keys = tuple(keys)
        self._ids = tuple(map(key_id, keys))
        self._latest = len(keys) - 1
        self._since = 0

    def any_of(self, seal: Seal) -> bool:
        """Whether one of the keys signed `seal`, whenever that was."""
        return self._place(seal) is not None

    def of(self, seal: Seal) -> tuple[str | None, bool]:
        """The id of the key that signed the next seal (None: none of ours), and whether it was still to do so."""
        place = self._place(seal)
        if place is None:
            return None, False
        if place < self._latest:
            self._latest, self._since = place, seal.at
        return self._ids[place], place == self._latest or seal.at <= self._since + _HANDING_OVER

    def _place(self, seal: Seal) -> int | None:
        # Most seals bear the same signature as the one before.
        places = sorted(range(len(self._keys)), key=lambda place: place != self._latest)
        return next((place for place in places if seal.is_signed_by(self._keys[place])), None)
