"""Sending a stored PDF: read in a thread, sent piece by piece."""

from shared.queries.order_view import OrderDocument
from storefront.handlers.base import BaseHandler

PIECE = 64 * 1024


async def send_document(handler: BaseHandler, document: OrderDocument) -> None:
    """Answer with the document's bytes.

    Raises:
        NotFound, Unavailable: see `Media.read`.
    """
    content = await handler.shop.media.read(document.path)
    handler.set_header("Content-Type", "application/pdf")
    handler.set_header("Content-Disposition", f'inline; filename="{document.number}.pdf"')
    handler.set_header("Content-Length", str(len(content)))
    for start in range(0, 0 if handler.request.method == "HEAD" else len(content), PIECE):
        handler.write(content[start : start + PIECE])
        await handler.flush()
    handler.finish()
