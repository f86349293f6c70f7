from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.security.webhooks import generate_secret, public_of, sign, verify
from tests.gateway.security.remembering import NOON

# The vector by which implementations of the scheme compare themselves (also printed in the specification).
SECRET = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
SIGNED_AT = datetime.fromtimestamp(1614265330, UTC)
SIGNATURE = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
BODY = b'{"test": 2432232314}'
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": SIGNATURE,
}


def refused(headers: dict[str, str], body: bytes = BODY, now: datetime = SIGNED_AT, key: str = PUBLIC) -> None:
    with pytest.raises(GatewayError) as caught:
        verify([key], headers, body, now)
    assert caught.value.kind.code == "authentication_needed"


def test_the_published_vector_is_reproduced() -> None:
    assert sign([SECRET], HEADERS["webhook-id"], SIGNED_AT, BODY) == HEADERS
    assert public_of(SECRET) == PUBLIC
    assert verify([PUBLIC], HEADERS, BODY, SIGNED_AT) == HEADERS["webhook-id"]


def test_header_names_may_come_in_any_case() -> None:
    assert verify([PUBLIC], {name.title(): value for name, value in HEADERS.items()}, BODY, SIGNED_AT)


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_other"},
        {"webhook-id": ""},
        {"webhook-timestamp": "1614265331"},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "-1614265330"},
        {"webhook-timestamp": "１６１４２６５３３０"},
        {"webhook-timestamp": "9" * 5000},
        {"webhook-signature": ""},
        {"webhook-signature": SIGNATURE.replace("v1a", "v1")},
        {"webhook-signature": SIGNATURE.replace("hnO3", "hnO4")},
        {"webhook-signature": SIGNATURE[:-4]},
        {"webhook-signature": "v1a,"},
        {"webhook-signature": SIGNATURE[4:]},
    ],
)
def test_a_webhook_with_a_changed_header_is_refused(changed: dict[str, str]) -> None:
    refused({**HEADERS, **changed})


@pytest.mark.parametrize("missing", HEADERS)
def test_a_webhook_without_one_of_the_headers_is_refused(missing: str) -> None:
    refused({name: value for name, value in HEADERS.items() if name != missing})


def test_a_changed_body_and_a_foreign_key_are_refused() -> None:
    refused(HEADERS, BODY + b" ")
    refused(HEADERS, key=public_of(generate_secret()))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_webhook_signed_too_long_ago_or_ahead_is_refused(seconds: int) -> None:
    refused(HEADERS, now=SIGNED_AT + timedelta(seconds=seconds))
    assert verify([PUBLIC], HEADERS, BODY, SIGNED_AT + timedelta(seconds=seconds), timedelta(minutes=6))


def test_while_keys_are_changed_receivers_with_the_old_and_the_new_key_are_served() -> None:
    old, new = generate_secret(), generate_secret()
    headers = sign([new, old], "msg_1", NOON, BODY)
    for secret in (old, new):
        assert verify([public_of(secret)], headers, BODY, NOON) == "msg_1"


def test_a_receiver_may_trust_several_keys_and_be_sent_other_signatures_too() -> None:
    headers = {**HEADERS, "webhook-signature": f"v1,K5oZ v9,x {SIGNATURE}"}
    assert verify([public_of(generate_secret()), PUBLIC], headers, BODY, SIGNED_AT)


@pytest.mark.parametrize("message_id", ["", "a.b", "a b", "编号", "a\nb"])
def test_an_id_that_could_be_read_two_ways_is_not_signed(message_id: str) -> None:
    with pytest.raises(ValueError, match="webhook id"):
        sign([SECRET], message_id, NOON, BODY)


@pytest.mark.parametrize(
    "secret", ["", PUBLIC, SECRET[5:], "whsk_", "whsk_!", SECRET[:-5] + "AAA==", "whsec_C2FVsBQIhrscChlQIMV+"]
)
def test_what_is_not_a_secret_key_is_not_used(secret: str) -> None:
    with pytest.raises(ValueError, match="secret key"):
        sign([secret], "msg_1", NOON, BODY)


def test_what_is_not_a_public_key_is_not_used() -> None:
    with pytest.raises(ValueError, match="public key"):
        verify([SECRET], HEADERS, BODY, SIGNED_AT)


def test_a_secret_key_given_as_its_seed_alone_signs_the_same() -> None:
    seed = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc="
    assert sign([seed], HEADERS["webhook-id"], SIGNED_AT, BODY) == HEADERS


@given(st.dictionaries(st.sampled_from(list(HEADERS)), st.text(max_size=60)), st.binary(max_size=60))
def test_any_headers_are_refused(headers: dict[str, str], body: bytes) -> None:
    refused(headers, body)


@given(st.binary(max_size=500))
def test_any_body_signed_is_verified(body: bytes) -> None:
    assert verify([PUBLIC], sign([SECRET], "msg_1", NOON, body), body, NOON) == "msg_1"
