"""Checks the accounts and postings of the funds' books: what a posting names must be there, and be of one kind.

The values themselves are dated values like any other (gateway.mapping.rulebook reads `mappings/books/` and RULES_DIR).
"""

from collections.abc import Iterable

from gateway.errors import GatewayError
from gateway.model.books import AccountKind, EventKind
from gateway.rules.dated import Value
from gateway.rules.posting import ACCOUNT, POSTING, Account, Posting

# Entries of these mirror or close what stands; no table says what they post.
_WITHOUT_TABLE = {EventKind.REVERSED.value, EventKind.CARRIED_FORWARD.value}
_EVENTS = {kind.value for kind in EventKind} - _WITHOUT_TABLE


def check_books(values: Iterable[Value]) -> None:
    """Check every posting; GatewayError `data_invalid` naming file and line.

    Refused: an unknown event or account; a code that is of two kinds; a pair with one memorandum account, as the
    balance would then not balance by itself.
    """
    every = tuple(values)
    kinds: dict[str, set[AccountKind]] = {}
    for value in every:
        if value.parameter == ACCOUNT.name and isinstance(value.content, Account):
            kinds.setdefault(value.subject, set()).add(value.content.kind)
            if len(kinds[value.subject]) > 1:
                raise _invalid(value, f"the account {value.subject} is of one kind everywhere and always")
    for value in every:
        if value.parameter == POSTING.name and isinstance(value.content, Posting):
            _check(value, value.content, kinds)


def _check(value: Value, posting: Posting, kinds: dict[str, set[AccountKind]]) -> None:
    if value.subject not in _EVENTS:
        raise _invalid(value, f'there is no event "{value.subject}"; known: {", ".join(sorted(_EVENTS))}')
    for pair in posting.pairs:
        for code in (pair.debit, pair.credit):
            if code not in kinds:
                raise _invalid(value, f'there is no account "{code}"; known: {", ".join(sorted(kinds))}')
        memorandum = {kind is AccountKind.MEMORANDUM for code in (pair.debit, pair.credit) for kind in kinds[code]}
        if len(memorandum) > 1:
            raise _invalid(value, f"{pair.debit} and {pair.credit}: a memorandum account has no side in the balance")


def _invalid(value: Value, reason: str) -> GatewayError:
    return GatewayError("data_invalid", file=value.file, line=str(value.line), reason=reason)
