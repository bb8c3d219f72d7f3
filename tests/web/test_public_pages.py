"""The pages that are the same for everybody, over HTTP and a real database."""

import asyncio
import re
from typing import Any

import pytest
import pytest_asyncio
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, url

from shared.seed.pictures import copy_pictures
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from storefront.handlers.errors import UnknownPageHandler
from storefront.handlers.home import HomeHandler
from storefront.handlers.listing import ListingHandler
from storefront.handlers.media import PictureHandler
from storefront.handlers.product import ProductHandler
from storefront.handlers.static import StaticHandler
from storefront.handlers.texts import TEXTS, TextHandler
from storefront.shop import open_shop
from tests.fakes import ListPublisher

PAGES = ("/", "/shop", "/shop?q=wool&size=M", "/products/merino-jumper", *(f"/{name}" for name in TEXTS))


class PublicPages(Application):
    """Only the handlers under test, so that this file needs no other."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        table = [
            ("/", HomeHandler),
            ("/shop", ListingHandler),
            ("/products/(?P<slug>[^/]+)", ProductHandler),
            ("/media/pictures/(?P<file>[^/]+)", PictureHandler),
            ("/static/(?P<file>[^/]+)", StaticHandler),
            *((f"/{name}", TextHandler) for name in TEXTS),
        ]
        super().__init__(
            [url(pattern, handler, {"route": pattern}) for pattern, handler in table],
            default_handler_class=UnknownPageHandler,
            default_handler_args={"route": "unknown"},
            compress_response=False,
        )


@pytest_asyncio.fixture
async def get(settings: Any, database: Any) -> Any:
    await plant(database, read_catalogue(), 1, None)
    await asyncio.to_thread(copy_pictures, settings.media_root)
    listener, port = bind_unused_port()
    async with open_shop(settings, port, ListPublisher()) as shop:
        server = HTTPServer(PublicPages(shop))
        server.add_sockets([listener])

        async def fetch(path: str, **options: Any) -> Any:
            return await AsyncHTTPClient().fetch(f"http://localhost:{port}{path}", raise_error=False, **options)

        yield fetch
        server.stop()
        await server.close_all_connections()


async def test_public_pages_have_one_heading_may_be_kept_and_hold_nothing_personal(get: Any) -> None:
    for path in PAGES:
        answer = await get(path, headers={"Cookie": "cart=junk"})
        text = answer.body.decode()

        assert (path, answer.code) == (path, 200)
        assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=1, must-revalidate"
        assert "Set-Cookie" not in answer.headers
        assert text.count("<h1>") == 1
        assert len(re.findall(r'class="(?:btn )?go\b', text)) <= 1
        assert " · MyClothes</title>" in text
        assert not re.search(r"<style|<script(?! type=\"module\" src=)|\sstyle=|\son\w+=", text)
        assert all(" alt=" in image for image in re.findall(r"<img[^>]*>", text))
        assert (await get(path)).body == answer.body


async def test_every_address_on_the_home_page_leads_somewhere(get: Any) -> None:
    text = (await get("/")).body.decode()

    addresses = set(re.findall(r'(?:href|src)="(/[^"#]*)', text)) - {"/cart", "/account"}
    answers = {address: (await get(address.replace("&amp;", "&"))).code for address in addresses}

    assert len(answers) > 30
    assert set(answers.values()) == {200}


async def test_an_unchanged_page_is_answered_with_304(get: Any) -> None:
    first = await get("/shop")

    again = await get("/shop", headers={"If-None-Match": first.headers["Etag"]})

    assert (again.code, again.body) == (304, b"")


async def test_a_head_request_is_answered_without_a_body(get: Any) -> None:
    answer = await get("/products/merino-jumper", method="HEAD")

    assert (answer.code, answer.body) == (200, b"")


async def test_filters_narrow_the_listing(get: Any) -> None:
    text = (await get("/shop?category=knitwear&colour=navy&in_stock=1&sort=name")).body.decode()

    assert "<h1>Knitwear</h1>" in text
    assert re.findall(r'<h2><a href="/products/([^"]+)', text) == ["merino-jumper", "striped-jumper"]
    assert 'value="navy" checked' in text


@pytest.mark.parametrize("query", ["page=0", "price_min=cheap", "sort=best", "page=two"])
async def test_a_filter_that_cannot_be_is_named(get: Any, query: Any) -> None:
    answer = await get(f"/shop?{query}")

    assert answer.code == 422
    assert f"<b>{query.split('=')[0]}</b>" in answer.body.decode()


async def test_search_words_are_shown_as_they_were_typed(get: Any) -> None:
    text = (await get("/shop?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E")).body.decode()

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


async def test_a_style_is_shown_in_the_colour_asked_for(get: Any) -> None:
    text = (await get("/products/merino-jumper?colour=navy")).body.decode()

    assert 'alt="Merino jumper in navy"' in text
    assert text.count('aria-current="true"') == 1
    assert 'action="/cart/items"' in text


async def test_a_withdrawn_style_is_gone_and_shows_what_is_close(get: Any, database: Any) -> None:
    async with database.writer() as connection:
        await connection.execute(
            "UPDATE styles SET withdrawn_at = UTC_TIMESTAMP(6) WHERE slug = %s", ("merino-jumper",)
        )

    answer = await get("/products/merino-jumper")

    assert answer.code == 410
    assert "/products/lambswool-jumper" in answer.body.decode()


async def test_an_unknown_style_and_an_unknown_page_are_not_there(get: Any) -> None:
    for path in ("/products/no-such", "/products/..%2fx", "/nowhere", "/static/shop.css"):
        answer = await get(path)

        assert (path, answer.code) == (path, 404)
        assert "the way of the other sock" in answer.body.decode()


async def test_assets_are_kept_for_ever_and_packed_for_whoever_takes_it(get: Any) -> None:
    (sheet,) = re.findall(r'href="(/static/shop\.[^"]+)', (await get("/")).body.decode())

    plain = await get(sheet, decompress_response=False)
    packed = await get(sheet, headers={"Accept-Encoding": "br, gzip"}, decompress_response=False)

    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["Content-Type"] == "text/css; charset=utf-8"
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 2
