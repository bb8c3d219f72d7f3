"""All addresses of the storefront, in one table."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from storefront.api import calls
from storefront.api.calls import Call
from storefront.handlers import (
    account,
    account_addresses,
    account_cart,
    account_data,
    account_email,
    account_sign_in,
    api_cart,
    api_load_runs,
    api_openapi,
    api_orders,
    api_products,
    back_office,
    callback,
    cart,
    checkout,
    desk_actions,
    desk_bank,
    desk_orders,
    desk_password,
    home,
    listing,
    media,
    order,
    order_changes,
    probes,
    product,
    sign_in,
    static,
    texts,
)
from storefront.handlers.base import BaseHandler


@dataclass(frozen=True)
class Route:
    """An address; `{name}` in it stands for one part of a path. Calls describe it in the OpenAPI document."""

    path: str
    handler: type[BaseHandler]
    calls: Mapping[str, Call] = field(default_factory=dict)

    @property
    def pattern(self) -> str:
        pieces = re.split(r"{(\w+)}", self.path)
        return "".join(f"(?P<{piece}>[^/]+)" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces))


PAGES = (
    Route("/", home.HomeHandler),
    Route("/shop", listing.ListingHandler),
    Route("/products/{slug}", product.ProductHandler),
    Route("/cart", cart.CartHandler),
    Route("/cart/items", cart.AddHandler),
    Route("/cart/items/{sku}", cart.LineHandler),
    Route("/cart/undo", cart.UndoHandler),
    Route("/cart/accept", cart.AcceptHandler),
    Route("/checkout", checkout.CheckoutHandler),
    Route("/orders/{number}", order.OrderHandler),
    Route("/orders/{number}/pay", order.PayHandler),
    Route("/orders/{number}/cancel", order_changes.CancelHandler),
    Route("/orders/{number}/return", order_changes.ReturnHandler),
    Route("/orders/{number}/withdraw", order_changes.WithdrawHandler),
    Route("/orders/{number}/documents/{document}.pdf", order.DocumentHandler),
    *(Route(f"/{name}", texts.TextHandler) for name in texts.TEXTS),
    Route("/media/pictures/{file}", media.PictureHandler),
    Route("/static/{file}", static.StaticHandler),
    Route("/payments/callback", callback.CallbackHandler),
)
ACCOUNT = (
    Route("/account", account.OverviewHandler),
    Route("/account/orders", account.OrdersHandler),
    Route("/account/orders/{number}/again", account.AgainHandler),
    Route("/account/addresses", account_addresses.AddressesHandler),
    Route("/account/sessions", account.SessionsHandler),
    Route("/account/password", account.PasswordHandler),
    Route("/account/email", account_email.EmailHandler),
    Route("/account/email/confirm", account_email.ConfirmHandler),
    Route("/account/export", account_data.ExportHandler),
    Route("/account/delete", account_data.DeleteHandler),
    Route("/account/joined", account_cart.JoinedHandler),
    Route("/account/sign-in", account_sign_in.SignInHandler),
    Route("/account/sign-out", account_sign_in.SignOutHandler),
    Route("/account/register", account_sign_in.RegisterHandler),
    Route("/account/verify", account_sign_in.VerifyHandler),
    Route("/account/forgotten", account_sign_in.ForgottenHandler),
    Route("/account/reset", account_sign_in.ResetHandler),
)
BACK_OFFICE = (
    Route("/back-office", back_office.FrontDoorHandler),
    Route("/back-office/sign-in", sign_in.SignInHandler),
    Route("/back-office/sign-out", sign_in.SignOutHandler),
    Route("/back-office/password", sign_in.PasswordHandler),
    Route("/back-office/own-password", desk_password.OwnPasswordHandler),
    Route("/back-office/orders", back_office.OrdersHandler),
    Route("/back-office/orders/{number}", desk_orders.OrderHandler),
    Route("/back-office/orders/{number}/documents/{document}.pdf", desk_orders.DocumentHandler),
    Route("/back-office/orders/{number}/{act}", desk_actions.ActionHandler),
    Route("/back-office/bank", desk_bank.BankHandler),
    Route("/back-office/bank/record", desk_bank.RecordHandler),
)
PROBES = (
    Route("/livez", probes.LivezHandler),
    Route("/readyz", probes.ReadyzHandler),
    Route("/metrics", probes.MetricsHandler),
)
API = (
    Route("/api/v1/openapi.json", api_openapi.OpenApiHandler, {"get": calls.READ_OPENAPI}),
    Route("/api/v1/products", api_products.ProductsApi, {"get": calls.LIST_PRODUCTS}),
    Route("/api/v1/products/{slug}", api_products.ProductApi, {"get": calls.READ_PRODUCT}),
    Route("/api/v1/cart", api_cart.CartApi, {"get": calls.READ_CART, "delete": calls.CLEAR_CART}),
    Route("/api/v1/cart/items", api_cart.CartItemsApi, {"post": calls.ADD_ITEM}),
    Route("/api/v1/cart/items/{sku}", api_cart.CartItemApi, {"put": calls.PUT_ITEM, "delete": calls.REMOVE_ITEM}),
    Route("/api/v1/orders", api_orders.OrdersApi, {"post": calls.PLACE_ORDER}),
    Route("/api/v1/test-runs", api_load_runs.RunsApi, {"post": calls.OPEN_RUN}),
    Route("/api/v1/test-runs/{run}", api_load_runs.RunApi, {"get": calls.READ_RUN}),
    Route("/api/v1/test-runs/{run}/end", api_load_runs.RunEndApi, {"post": calls.END_RUN}),
    Route("/api/v1/orders/{number}", api_orders.OrderApi, {"get": calls.READ_ORDER}),
)
ROUTES = (*PAGES, *ACCOUNT, *BACK_OFFICE, *PROBES, *API)
