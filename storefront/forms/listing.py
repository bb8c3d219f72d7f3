"""What /shop is asked for."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.search import normalise
from shared.queries.listing import ListingQuery
from storefront.fields import Fields
from storefront.forms.typed import EuroCents, Flag, Whole, Words
from storefront.validation import check

PER_PAGE = 24
MOST_PAGES = 10_000


class ShopQuery(BaseModel):
    """The filters as typed, prices in cents; sort is empty when none was chosen."""

    model_config = ConfigDict(frozen=True)

    category: Words = ""
    q: Words = ""
    size: list[Words] = Field([], max_length=50)
    colour: list[Words] = Field([], max_length=50)
    price_min: EuroCents | None = None
    price_max: EuroCents | None = None
    in_stock: Flag = False
    sort: Literal["", "relevance", "newest", "price", "-price", "name"] = ""
    page: Whole = Field(1, ge=1, le=MOST_PAGES)

    @property
    def order(self) -> str:
        """By relevance when something is searched for, else newest first."""
        return self.sort or ("relevance" if self.q.strip() else "newest")

    def listing_query(self) -> ListingQuery:
        return ListingQuery(
            category=self.category or None,
            words=tuple(normalise(self.q)),
            sizes=tuple(self.size),
            colours=tuple(self.colour),
            price_min_cents=self.price_min,
            price_max_cents=self.price_max,
            in_stock=self.in_stock,
            sort=self.order,
            page=self.page,
            per_page=PER_PAGE,
        )


def read_shop_query(fields: Fields) -> ShopQuery:
    """Check the query string; blank parameters are as good as none, and of those that repeat the order says nothing.

    Raises:
        Invalid: names each parameter at fault.
    """
    typed = {name: value for name, value in fields.items() if value.strip()}
    several = {name: [value for value in fields.all(name) if value.strip()] for name in ("size", "colour")}
    return check(ShopQuery, typed | {name: sorted(set(values)) for name, values in several.items()})
