"""What the account's pages say of orders, in the shopper's words: tone of the chip, and the word."""

from shared.queries.account_orders import AccountOrder

ENDED = {"canceled": "Canceled", "expired": "Expired"}
WAY = {
    "delivered": ("done", "Delivered"),
    "partially_delivered": ("half", "On its way"),
    "shipped": ("half", "On its way"),
    "partially_shipped": ("half", "On its way"),
    "fulfilled": ("half", "Packed"),
}


def order_state(order: AccountOrder) -> tuple[str, str]:
    """("half", "Being prepared")"""
    if order.order_status in ENDED:
        return "off", ENDED[order.order_status]
    if order.return_status == "received":
        return "off", "Returned"
    if order.fulfillment_status in WAY:
        return WAY[order.fulfillment_status]
    if order.order_status == "on_hold":
        return "warn", "On hold"
    return ("", "Received") if order.order_status == "pending" else ("half", "Being prepared")
