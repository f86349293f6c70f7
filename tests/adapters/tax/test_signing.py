import hashlib
import hmac
from datetime import timedelta

import pytest

from adapters.tax.signing import SignedTransport
from adapters.transport.exchange import Call
from adapters.transport.http import HttpTransport
from gateway.ports import Document
from tests.adapters.memory import NOW, now
from tests.adapters.servers import saying, serving


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/v1/taxInfo?requestId=1", "/v1/taxInfo?requestId=1&sign="), ("/v1/taxInfo", "/v1/taxInfo?sign=")],
)
def test_the_bytes_that_are_sent_are_signed_with_the_shared_key(path: str, expected: str) -> None:
    body = '{"body":{"XM":"甄一凡"}}'.encode()
    with serving(saying(b"{}", media_type="application/json")) as server:
        transport = SignedTransport(HttpTransport("tax-hunan", server.url, now), "钥匙")
        document = Document(body, "application/json", {":path": path})
        transport.post(document, Call("DeclareLevy", NOW + timedelta(seconds=20)))
        transport.reach(NOW + timedelta(seconds=20))
    sign = hmac.new("钥匙".encode(), body, hashlib.sha256).hexdigest()
    assert (server.requests[0].path, server.requests[0].body) == (expected + sign, body)
