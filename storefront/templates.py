"""The templates: one environment, built once. Output is escaped, and a name that is missing is an error."""

from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.domain.money import euros
from shared.settings import Settings
from storefront.assets import Assets
from storefront.views.categories import CATEGORIES, label
from storefront.views.days import clock, day
from storefront.views.swatches import swatch
from storefront.views.words import plural, rate

PAGES = Path(__file__).parent / "pages"


def make_templates(settings: Settings, assets: Assets) -> Environment:
    """The environment of all pages; days and moments are told in the shop's time zone."""
    templates = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    templates.filters |= {
        "euros": euros,
        "day": partial(day, zone=settings.time_zone),
        "moment": partial(clock, zone=settings.time_zone),
        "rate": rate,
        "plural": plural,
        "swatch": swatch,
        "category": label,
    }
    templates.globals |= {
        "asset": assets.url,
        "categories": CATEGORIES,
        "shipping": settings.shipping,
        "seller": settings.seller,
    }
    return templates
