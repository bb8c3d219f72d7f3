"""The templates: one environment, built once. Output is escaped, and a name that is missing is an error."""

from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.domain.countries import country_name
from shared.domain.money import euros
from shared.settings import DAY_S, Settings
from storefront.assets import Assets
from storefront.pieces import add_parts
from storefront.views import states
from storefront.views.categories import CATEGORIES, label
from storefront.views.days import clock, day, stamp, time_of_day
from storefront.views.sizes import size_range
from storefront.views.swatches import swatch
from storefront.views.words import plural, rate, spelled

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
        "time": partial(time_of_day, zone=settings.time_zone),
        "stamp": partial(stamp, zone=settings.time_zone),
        "country": country_name,
        "rate": rate,
        "plural": plural,
        "spelled": spelled,
        "size_range": size_range,
        "swatch": swatch,
        "category": label,
    }
    templates.globals |= {
        "asset": assets.url,
        "waiting": (),
        "states": states,
        "categories": CATEGORIES,
        "shipping": settings.shipping,
        "seller": settings.seller,
        "invoice_due_days": settings.invoice_due_days,
        "cart_days": settings.cart_ttl_s // DAY_S,
    }
    add_parts(templates)
    return templates
