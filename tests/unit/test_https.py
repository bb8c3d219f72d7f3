"""What changes when the public address is an HTTPS one, and when browsers say where a form comes from."""

import pytest

from shared.errors import Forbidden
from storefront.cookies import CookieRules
from storefront.cross_site import check_host, check_same_origin
from storefront.security_headers import content_policy, origin_of, security_headers


def test_over_https_cookies_belong_to_this_host_alone() -> None:
    rules = CookieRules(is_https=True)

    assert rules.name("cart") == "__Host-cart"
    assert rules.flags() == {"path": "/", "httponly": True, "secure": True, "samesite": "Lax"}
    assert CookieRules(is_https=False).name("cart") == "cart"


def test_over_https_browsers_are_told_to_stay_there() -> None:
    hsts = security_headers(is_https=True)["Strict-Transport-Security"]
    assert hsts == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in security_headers(is_https=False)


def test_forms_lead_to_the_provider_where_one_pays() -> None:
    policy = content_policy(origin_of("https://pay.example/v1/"))

    assert "form-action 'self' https://pay.example; " in policy


@pytest.mark.parametrize(
    "origin", ["http://shop.example", "https://shop.example:8443", "https://shop.example.evil", ""]
)
def test_an_older_browsers_origin_must_be_ours_to_the_letter(origin: str) -> None:
    with pytest.raises(Forbidden):
        check_same_origin({"Origin": origin}, "shop.example", "https", needs_proof=True)


def test_our_own_origin_is_let_in() -> None:
    check_same_origin({"Origin": "https://shop.example"}, "shop.example", "https", needs_proof=True)


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [("shop.example", True), ("SHOP.example:8000", True), ("[::1]:8000", True), ("shop.example.evil", False),
     ("", False), ("[", False), ("shop.example@evil", False)],
)  # fmt: skip
def test_a_host_is_ours_or_not_whatever_its_port(host: str, is_ours: bool) -> None:
    assert check_host(host, ("shop.example", "[::1]")) is is_ours
