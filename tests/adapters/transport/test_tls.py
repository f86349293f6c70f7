import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.transport.exchange import Answer, Call, UnansweredError, UnsentError
from adapters.transport.http import HttpTransport, Terms
from gateway.ports import Document
from tests.adapters.servers import Server, saying, serving

NOW = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)
LOOPBACK = IPv4Address("127.0.0.1")


def certificate(folder: Path) -> Path:
    """A self-signed certificate for localhost with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(LOOPBACK)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "party.pem"
    encoded = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(encoded + made.public_bytes(serialization.Encoding.PEM))
    return path


def post(server: Server, terms: Terms) -> Answer:
    call = Call("FindCover", NOW + timedelta(seconds=20))
    return HttpTransport("zhejiang", server.url, lambda: NOW, terms).post(Document(b"<a/>", "text/xml"), call)


def context(pem: Path, *, asks_who: bool = False) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(pem)
    if asks_who:
        made.load_verify_locations(pem)
        made.verify_mode = ssl.CERT_REQUIRED
    return made


def test_a_certificate_that_nobody_vouches_for_is_unsent(tmp_path: Path) -> None:
    with (
        serving(saying(b"<a/>"), tls=context(certificate(tmp_path))) as server,
        pytest.raises(UnsentError, match="certificate"),
    ):
        post(server, Terms())
    assert server.requests == []


def test_a_party_is_believed_by_the_authority_configured_for_it(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    with serving(saying(b"<a/>"), tls=context(pem)) as server:
        assert post(server, Terms(ca_file=str(pem))).body == b"<a/>"


def test_we_show_our_certificate_where_one_is_configured(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    with serving(saying(b"<a/>"), tls=context(pem, asks_who=True)) as server:
        assert post(server, Terms(ca_file=str(pem), certificate=str(pem), key=str(pem))).body == b"<a/>"


def test_a_party_that_refuses_us_for_want_of_a_certificate_leaves_no_effect(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    with serving(saying(b"<a/>"), tls=context(pem, asks_who=True)) as server:
        # TLS 1.3 refuses a client only after its first bytes: then nobody can prove that none arrived.
        with pytest.raises((UnsentError, UnansweredError)):
            post(server, Terms(ca_file=str(pem)))
        assert server.requests == []


def test_a_server_that_speaks_no_tls_is_unsent() -> None:
    with serving(lambda visit: visit.sock.sendall(b"220 not what you think\r\n")) as server:
        secure = Server(server.port, "https", server.stop)
        with pytest.raises(UnsentError):
            post(secure, Terms())
