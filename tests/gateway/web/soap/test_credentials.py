"""Secrets are taken out of what is kept of an envelope, whatever it looks like."""

import base64

import pytest

from gateway.web.soap.credentials import blanked

SECRET = base64.b64encode(b"secret")


@pytest.mark.parametrize(
    "sent",
    [
        b"<Password>%s</Password>",
        b"<wsse:Password Type='x>y'>%s</wsse:Password>",
        b"<Password><![CDATA[%s]]></Password>",
        b"<Password>a<!-- -->%s</Password >",
        b"<a:Nonce>%s</a:Nonce><b/>",
        b"<Password>%s",
        b"<Password>%s</Pass",
        "<安全:Password>%s</安全:Password>".encode(),
    ],
)
def test_a_secret_is_taken_out_of_what_is_kept_however_it_is_written(sent: bytes) -> None:
    assert SECRET not in blanked(b"<e>" + sent % SECRET + b"</e>")


def test_a_secret_is_taken_out_of_utf_16_too_and_the_rest_stays() -> None:
    text = "<e>前<Password>%s</Password>后</e>"
    assert blanked((text % "secret").encode("utf-16")).decode("utf-16") == text % ""


def test_blanking_takes_one_pass_over_anything() -> None:
    for hostile in (b"<Password>" * 50_000, b"<" * 500_000, b"<Nonce></Nonce>" * 30_000, b"\xff\xfe\x00"):
        assert len(blanked(hostile)) <= len(hostile)
