from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from companyos.errors import UnavailableError
from companyos.identity.backends import timed_http
from companyos.identity.backends.timed_http import Reply, TimedHttp
from identity_directories import http_answer

LOOPBACK = "127.0.0.1"


def certificate(folder: Path, address: str) -> Path:
    """Write a key and a certificate that it signed itself, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "directory")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address(address))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "directory.pem"
    pem = serialization.Encoding.PEM
    file.write_bytes(
        key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(pem)
    )
    return file


@pytest.fixture
def fresh_trust() -> Iterator[None]:
    """Read the trusted authorities anew, before the test and after it."""
    timed_http._trusted.cache_clear()
    yield
    timed_http._trusted.cache_clear()


def asked_over_tls(file: Path) -> Reply:
    """Return what one request to a server with this certificate gives."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            plain, _ = listener.accept()
            with context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(65536)
                http_answer("200 OK", b"{}")(connection)

    with socket.create_server((LOOPBACK, 0)) as listener:
        thread = Thread(target=serve, args=(listener,))
        thread.start()
        client = TimedHttp(
            f"https://{LOOPBACK}:{listener.getsockname()[1]}",
            timeout_seconds=5,
            clock=time.monotonic,
            headers={},
        )
        try:
            return client.get("/")
        finally:
            client.close()
            thread.join(5)


@pytest.mark.usefixtures("fresh_trust")
def test_a_certificate_of_a_trusted_authority_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The authorities are those of the machine, or of SSL_CERT_FILE."""
    file = certificate(tmp_path, LOOPBACK)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert asked_over_tls(file) == Reply(200, "application/json", b"{}")


@pytest.mark.usefixtures("fresh_trust")
def test_a_certificate_of_nobody_is_refused(tmp_path: Path) -> None:
    """Whoever stands on the way must not answer for the directory."""
    with pytest.raises(UnavailableError, match="no connection"):
        asked_over_tls(certificate(tmp_path, LOOPBACK))


@pytest.mark.usefixtures("fresh_trust")
def test_a_certificate_of_another_host_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where its authority is trusted."""
    file = certificate(tmp_path, "127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(UnavailableError, match="no connection"):
        asked_over_tls(file)
