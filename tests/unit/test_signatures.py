"""All signatures are made with the same secrets, each over a text that says what it is for."""

import re
from types import MappingProxyType

import pytest

from shared.domain.cart import Cart
from shared.domain.mailed_links import link_secret
from shared.domain.numbers import order_key, order_key_fits
from shared.errors import Invalid
from storefront import cart_cookie, devices
from storefront.forms.desk_bank import seal, unseal

SECRETS = ("s" * 32,)
CART = cart_cookie.encode(Cart("a-cart", 1, MappingProxyType({"WC14-NAV-M": 1})), SECRETS)
ACCOUNT = devices.account_name("jana@example.com")
DEVICE = devices.new_device(ACCOUNT, SECRETS)
LINK = link_secret(SECRETS[0], "reset", "nonce")


def mac_of(token: str) -> str:
    return token.rpartition(".")[2]


def test_a_signature_of_one_kind_is_none_of_another() -> None:
    assert cart_cookie.decode(CART, SECRETS) is not None
    assert devices.counted_as(DEVICE, ACCOUNT, SECRETS) != ACCOUNT

    for foreign in (mac_of(DEVICE), LINK):
        assert cart_cookie.decode(CART.replace(mac_of(CART), foreign), SECRETS) is None
    for foreign in (mac_of(CART), LINK):
        assert devices.counted_as(DEVICE.replace(mac_of(DEVICE), foreign), ACCOUNT, SECRETS) == ACCOUNT


def test_the_same_text_signed_for_two_purposes_has_two_signatures() -> None:
    number = "K7QM-4X2D"
    sealed = seal([], SECRETS)

    assert link_secret(SECRETS[0], "reset", "n") != link_secret(SECRETS[0], "verify", "n")
    assert not order_key_fits(SECRETS, number, link_secret(SECRETS[0], "order-link", number)[:26].lower())
    assert re.fullmatch("[a-z2-7]{26}", order_key(SECRETS[0], number))
    assert unseal(sealed, SECRETS) == []
    with pytest.raises(Invalid):
        unseal(sealed[:64] + "[1]", SECRETS)
