"""Sending a stored PDF: read in a thread, sent piece by piece."""

from shared.errors import NotFound, Unavailable
from shared.queries.order_view import OrderView
from storefront.handlers.base import BaseHandler

PIECE = 64 * 1024
FETCHED_AGAIN = "This document is being fetched again. Try once more in a moment."


async def send_document(handler: BaseHandler, order: OrderView, number: str) -> None:
    """Answer with the bytes of the order's document of this number.

    Raises:
        NotFound: the order has no such document. Unavailable: it has, but its file cannot be had just now.
    """
    document = next((one for one in order.documents if one.number == number), None)
    if document is None:
        raise NotFound("There is no such document.")
    try:
        content = await handler.shop.media.read(document.path)
    except (NotFound, Unavailable) as error:
        raise Unavailable(FETCHED_AGAIN, 10) from error
    handler.set_header("Content-Type", "application/pdf")
    handler.set_header("Content-Disposition", f'inline; filename="{document.number}.pdf"')
    handler.set_header("Content-Length", str(len(content)))
    for start in range(0, 0 if handler.request.method == "HEAD" else len(content), PIECE):
        handler.write(content[start : start + PIECE])
        await handler.flush()
    handler.finish()
