"""What became of the cart that somebody had as a guest: told once, on the way on after signing in."""

from shared.queries.catalog import variants_by_sku
from shared.services.account_carts import tell_of_joins
from storefront.going_on import local_path
from storefront.handlers.account_pages import HOME, OwnPage
from storefront.views.joined_carts import joined_page


class JoinedHandler(OwnPage):
    async def get(self) -> None:
        going_on = local_path(self.query.get("next", ""), HOME)
        joins = await tell_of_joins(self.shop.database, self.user.user_id)
        if not joins:
            self.see_other(going_on)
            return
        skus = {cut.sku for joined in joins for cut in joined.cuts}
        async with self.shop.catalogue() as connection:
            variants = await variants_by_sku(connection, sorted(skus)) if skus else {}
        self.account_page("joined.html", next=going_on, **joined_page(joins, variants))

    async def head(self, **path: str) -> None:
        """Tells of nothing, so that nothing counts as told."""
