"""Shoppers with an account, and the links that would be mailed to them."""

from dataclasses import dataclass

from shared.db import Database
from shared.domain.mailed_links import secret_of_link
from shared.queries.users import link_by_id
from shared.services.accounts import prove, register
from storefront.shop import Shop
from tests.web.browser import Answer, Browser

EMAIL, PASSWORD = "jana@example.com", "correct horse"


async def forget_rates(shop: Shop) -> None:
    """Nobody's wrong tries and mails are remembered from another test."""
    await shop.redis.delete(*[*await shop.redis.keys("rate:sign-in*"), *await shop.redis.keys("rate:acc*"), "none"])


async def last_link(shop: Shop, database: Database) -> str:
    """The secret in the mail that was asked for last."""
    async with database.writer() as connection:
        row = await connection.row("SELECT MAX(id) AS id FROM tokens")
        link = await link_by_id(connection, row["id"]) if row else None
    assert link is not None
    return secret_of_link(shop.settings.cookie_secrets, link.purpose, link.nonce, link.sha256) or ""


@dataclass(frozen=True)
class Mailed:
    """A link and where it goes; None: to its account's address."""

    secret: str
    email: str | None


async def mailed_to(shop: Shop, purpose: str) -> Mailed:
    """The last mail of a kind."""
    async with shop.database.writer() as connection:
        row = await connection.row("SELECT MAX(id) AS id FROM tokens WHERE purpose = %s", (purpose,))
        link = await link_by_id(connection, row["id"]) if row else None
    assert link is not None
    return Mailed(secret_of_link(shop.settings.cookie_secrets, purpose, link.nonce, link.sha256) or "", link.email)


async def a_user(shop: Shop, email: str = EMAIL) -> int:
    """A proven account."""
    await register(shop.accounts, email, PASSWORD)
    return (await prove(shop.accounts, await last_link(shop, shop.database), PASSWORD)).user_id


async def sign_in(browser: Browser, email: str = EMAIL, password: str = PASSWORD, **more: str) -> Answer:
    return await browser.submit("/account/sign-in", {"email": email, "password": password, **more})
