"""The way to the card provider: only with a certificate that is trusted, nowhere else, and without detours."""

import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from shared.gateway import CardGateway, Charge, PaymentRefused, PaymentUnsure

CHARGE = Charge(key="K7QM-4X2D:1:session", order_number="K7QM-4X2D", amount_cents=4900, currency="EUR")
RETURN_URL = "https://shop.example/orders/K7QM-4X2D"


class _Provider(RequestHandler):
    """Names `page` as its page, or leads the caller astray."""

    def initialize(self, page: str, seen: list[str]) -> None:
        self.page, self.seen = page, seen

    def post(self) -> None:
        self.seen.append(self.request.path)
        if self.request.path == "/astray/sessions":
            self.redirect("/sessions", status=307)
        else:
            self.write({"url": self.page})


Listen = Callable[..., tuple[str, list[str]]]


@pytest_asyncio.fixture
async def listen() -> AsyncIterator[Listen]:
    """Starts a provider and returns its host, as in "127.0.0.1:8090", and the list of what it was asked for."""
    servers: list[HTTPServer] = []

    def start(page: str = "http://{host}/pay/1", context: ssl.SSLContext | None = None) -> tuple[str, list[str]]:
        socket, port = bind_unused_port()
        host, seen = f"127.0.0.1:{port}", list[str]()
        options = {"page": page.format(host=host), "seen": seen}
        servers.append(HTTPServer(Application([("/.*", _Provider, options)]), ssl_options=context))
        servers[-1].add_sockets([socket])
        return host, seen

    yield start
    for server in servers:
        server.stop()
        await server.close_all_connections()


def _self_signed(folder: Path) -> ssl.SSLContext:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pay")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    both = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "pay.pem").write_bytes(both)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "pay.pem")
    return context


async def test_a_provider_with_a_certificate_that_nobody_trusts_is_told_nothing(listen: Listen, tmp_path: Path) -> None:
    host, seen = listen(context=_self_signed(tmp_path))

    with pytest.raises(PaymentUnsure, match="no answer from the payment provider"):
        await CardGateway(f"https://{host}", 2).open_session(CHARGE, RETURN_URL)

    assert seen == []


async def test_a_page_of_the_providers_own_host_is_taken(listen: Listen) -> None:
    host, _ = listen()

    assert await CardGateway(f"http://{host}/v1", 2).open_session(CHARGE, RETURN_URL) == f"http://{host}/pay/1"


@pytest.mark.parametrize(
    "page", ["https://evil.example/pay", "https://{host}/pay", "//evil.example", "javascript:alert(1)", "/pay"]
)
async def test_a_buyer_is_sent_to_no_other_host(listen: Listen, page: str) -> None:
    host, _ = listen(page)

    with pytest.raises(PaymentUnsure, match="a page of another host"):
        await CardGateway(f"http://{host}", 2).open_session(CHARGE, RETURN_URL)


async def test_a_detour_is_not_taken(listen: Listen) -> None:
    host, seen = listen()

    with pytest.raises((PaymentUnsure, PaymentRefused)):
        await CardGateway(f"http://{host}/astray", 2).open_session(CHARGE, RETURN_URL)

    assert seen == ["/astray/sessions"]
