"""All signatures are made with the same secrets, each over a text that says what it is for."""

import base64
import hashlib
import hmac
from types import MappingProxyType

import pytest

from shared.domain.cart import Cart
from shared.domain.emails import account_name
from shared.domain.mailed_links import link_secret
from shared.domain.numbers import order_key, order_key_fits
from shared.errors import Invalid
from storefront import cart_cookie, devices
from storefront.forms.desk_bank import seal, unseal

SECRETS = ("s" * 32,)
PURPOSES = ("cart:", "device:", "bank-transfers:", "order-link:", "mailed-link:", "")
ACCOUNT = account_name("jana@example.com")
NUMBER = "K7QM-4X2D"


def signature(purpose: str, text: str) -> bytes:
    """What signs a text for a purpose, if that stands before it."""
    return hmac.digest(SECRETS[0].encode(), f"{purpose}{text}".encode(), hashlib.sha256)


def with_signature_for(purpose: str, token: str) -> str:
    """The same token, signed by us, but for this purpose."""
    signed = token.rpartition(".")[0]
    return f"{signed}.{base64.urlsafe_b64encode(signature(purpose, signed)).decode().rstrip('=')}"


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_signature_of_one_kind_is_none_of_another(purpose: str) -> None:
    cart = cart_cookie.encode(Cart("a-cart", 1, MappingProxyType({"WC14-NAV-M": 1})), SECRETS)
    device = devices.new_device(ACCOUNT, SECRETS)
    key = base64.b32encode(signature(purpose, NUMBER)[:16]).decode().rstrip("=").lower()

    is_cart = cart_cookie.decode(with_signature_for(purpose, cart), SECRETS) is not None
    is_device = devices.known_device(with_signature_for(purpose, device), ACCOUNT, SECRETS) is not None

    assert (is_cart, is_device) == (purpose == "cart:", purpose == "device:")
    assert order_key_fits(SECRETS, NUMBER, key) is (purpose == "order-link:")
    assert (order_key(SECRETS[0], NUMBER) == key) is (purpose == "order-link:")
    assert (_opens(signature(purpose, "[]").hex() + "[]")) is (purpose == "bank-transfers:")
    assert _opens(seal([], SECRETS))


def _opens(sealed: str) -> bool:
    try:
        unseal(sealed, SECRETS)
    except Invalid:
        return False
    return True


def test_a_mailed_link_is_another_one_for_each_purpose() -> None:
    links = {link_secret(SECRETS[0], purpose, "nonce") for purpose in ("verify", "reset", "known")}

    assert len(links) == 3
    assert base64.urlsafe_b64encode(signature("mailed-link:reset:", "nonce")).decode().rstrip("=") in links
