import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree
from zeep.wsse.username import UsernameToken

from gateway.errors import GatewayError
from gateway.security.wsse import Credential, UsernameCheck, password_digest
from gateway.security.xml import parse
from tests.gateway.security.remembering import NOON, Remembering

WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
PROFILE = WSS + "username-token-profile-1.0#"
NONCE = b"0123456789abcdef"
USERS = {"beijing": Credential("s3cret"), "tax": Credential("plain", "text"), "empty": Credential("")}


def token(
    user: str = "beijing",
    password: str = "s3cret",
    *,
    nonce: bytes | None = NONCE,
    created: str = "2026-03-02T12:00:00Z",
    form: str = "PasswordDigest",
    given: str | None = None,
    more: str = "",
) -> str:
    secret = password_digest(nonce or b"", created, password) if form == "PasswordDigest" else password
    shown = "" if nonce is None else f"<wsse:Nonce>{base64.b64encode(nonce).decode()}</wsse:Nonce>"
    made = f"<wsu:Created>{created}</wsu:Created>" if created else ""
    return (
        f"<wsse:UsernameToken><wsse:Username>{user}</wsse:Username>"
        f'<wsse:Password Type="{PROFILE}{form}">{given or secret}</wsse:Password>'
        f"{shown}{made}{more}</wsse:UsernameToken>"
    )


def header(content: str, wrapper: str = "wsse:Security") -> etree._Element:
    return parse(
        f'<s:Header xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wsse="{WSS}wssecurity-secext-1.0.xsd" '
        f'xmlns:wsu="{WSS}wssecurity-utility-1.0.xsd"><{wrapper}>{content}</{wrapper}></s:Header>'.encode()
    )


@pytest.fixture
def check() -> UsernameCheck:
    return UsernameCheck(USERS.get, Remembering())


def refusal(check: UsernameCheck, content: str, now: datetime = NOON, wrapper: str = "wsse:Security") -> str:
    with pytest.raises(GatewayError) as caught:
        check.user(header(content, wrapper), now)
    assert caught.value.kind.code == "authentication_needed"
    return str(caught.value)


def test_a_digest_proves_its_user(check: UsernameCheck) -> None:
    assert check.user(header(token()), NOON) == "beijing"


def test_the_digest_is_the_one_of_the_profile() -> None:
    expected = base64.b64encode(hashlib.sha1(NONCE + b"2026-03-02T12:00:00Z" + b"s3cret").digest()).decode()  # noqa: S324 - the profile prescribes SHA-1
    assert password_digest(NONCE, "2026-03-02T12:00:00Z", "s3cret") == expected


def test_what_zeep_writes_is_understood(check: UsernameCheck) -> None:
    envelope = etree.fromstring(
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'
    )
    writer: Any = UsernameToken
    written, _ = writer("beijing", "s3cret", use_digest=True).apply(envelope, {})
    assert check.user(written[0], datetime.now(UTC)) == "beijing"


def test_the_security_block_itself_may_be_given(check: UsernameCheck) -> None:
    assert check.user(header(token())[0], NOON) == "beijing"


def test_a_token_works_once(check: UsernameCheck) -> None:
    check.user(header(token()), NOON)
    assert "nonce was used" in refusal(check, token())
    assert check.user(header(token(nonce=b"another nonce 16")), NOON) == "beijing"


def test_a_nonce_is_remembered_as_long_as_its_token_could_be_repeated() -> None:
    replays = Remembering()
    UsernameCheck(USERS.get, replays).user(header(token(created="2026-03-02T12:04:00Z")), NOON)
    assert list(replays.used.values()) == [NOON + timedelta(minutes=9)]


def test_a_wrong_password_uses_up_no_nonce() -> None:
    replays = Remembering()
    refusal(UsernameCheck(USERS.get, replays), token(password="guess"))
    assert replays.used == {}


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_token_holds_for_five_minutes_either_side(check: UsernameCheck, minutes: int) -> None:
    moment = NOON + timedelta(minutes=minutes)
    assert check.user(header(token()), moment) == "beijing"
    further = moment + timedelta(seconds=1 if minutes > 0 else -1)
    assert "five minutes" in refusal(check, token(nonce=b"another nonce 16"), further)


@pytest.mark.parametrize(
    "created",
    ["2026-03-02T20:00:00+08:00", "2026-03-02T12:00:00", "2026-03-02T12:00:00.123456789Z", "2026-03-02T12:00:00.5Z"],
)
def test_instants_with_offset_without_and_with_fractions_are_understood(check: UsernameCheck, created: str) -> None:
    assert check.user(header(token(created=created)), NOON) == "beijing"


@pytest.mark.parametrize(
    "created", ["", "yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "2026-03-02"]
)
def test_a_creation_time_that_is_none_is_refused(check: UsernameCheck, created: str) -> None:
    assert "Created" in refusal(check, token(created=created))


def test_an_unknown_user_and_a_wrong_password_are_told_in_the_same_words(check: UsernameCheck) -> None:
    said = {
        refusal(check, token(password="guess")),
        refusal(check, token(user="ghost")),
        refusal(check, token("empty", "")),
    }
    assert len(said) == 1


def test_a_changed_creation_time_breaks_the_digest(check: UsernameCheck) -> None:
    old = password_digest(NONCE, "2026-03-01T12:00:00Z", "s3cret")
    assert "password" in refusal(check, token(given=old))


def test_the_password_must_come_in_the_agreed_form(check: UsernameCheck) -> None:
    assert check.user(header(token("tax", "plain", form="PasswordText")), NOON) == "tax"
    assert "agreed form" in refusal(check, token("tax", "plain"))
    assert "agreed form" in refusal(check, token(form="PasswordText"))


def test_a_digest_sent_as_text_or_a_text_sent_as_a_digest_proves_nothing(check: UsernameCheck) -> None:
    digest = password_digest(NONCE, "2026-03-02T12:00:00Z", "s3cret")
    assert "agreed form" in refusal(check, token(form="PasswordText", given=digest))
    assert "agreed form" in refusal(check, token("tax", given="plain"))


def test_a_text_password_may_come_without_nonce_and_time(check: UsernameCheck) -> None:
    bare = token("tax", "plain", nonce=None, created="", form="PasswordText")
    assert check.user(header(bare), NOON) == "tax"
    old = token("tax", "plain", nonce=None, created="2026-03-01T12:00:00Z", form="PasswordText")
    assert "five minutes" in refusal(check, old)


@pytest.mark.parametrize("nonce", [None, b"", b"short", b"x" * 129])
def test_a_digest_needs_a_nonce_of_reasonable_length(check: UsernameCheck, nonce: bytes | None) -> None:
    assert "nonce" in refusal(check, token(nonce=nonce))


def test_a_nonce_that_is_not_base64_is_refused(check: UsernameCheck) -> None:
    assert "base64" in refusal(check, token().replace("<wsse:Nonce>", "<wsse:Nonce>!"))
    assert "base64" in refusal(check, token().replace("<wsse:Nonce>", '<wsse:Nonce EncodingType="hex">'))


def test_two_tokens_are_refused_wherever_the_second_stands(check: UsernameCheck) -> None:
    assert "more than one" in refusal(check, token() + token("tax"))
    assert "more than one" in refusal(check, token(more=f"<wsse:x>{token('tax')}</wsse:x>"))


@pytest.mark.parametrize(
    "part", ["<wsse:Username>tax</wsse:Username>", "<wsse:Nonce/>", "<wsu:Created/>", "<wsse:Password/>"]
)
def test_a_part_that_stands_twice_is_refused(check: UsernameCheck, part: str) -> None:
    assert "twice" in refusal(check, token(more=part))


def test_a_token_outside_a_security_block_is_refused(check: UsernameCheck) -> None:
    assert "Security header block" in refusal(check, token(), wrapper="wsse:Other")
    assert "is needed" in refusal(check, "")


def test_a_part_that_is_endless_or_holds_elements_is_refused(check: UsernameCheck) -> None:
    assert "too long" in refusal(check, token(user="x" * 257))
    assert "not a text" in refusal(check, token(user="<b>beijing</b>"))


def test_secrets_never_show_in_a_representation() -> None:
    assert "s3cret" not in repr(USERS)
