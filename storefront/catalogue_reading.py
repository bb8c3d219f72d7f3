"""Where the catalogue is read."""

from contextlib import AbstractAsyncContextManager

from shared.db import Database, Reads
from shared.own_writes import NO_MARK
from storefront.public_pages import PublicPages


def catalogue_reader(database: Database, pages: PublicPages) -> AbstractAsyncContextManager[Reads]:
    """A connection to read the catalogue with, at which its last change has arrived, unless only others answer."""
    changed_at = pages.changed_at if pages.can_be_fresh else NO_MARK
    return database.reader(database.readers.pulse.at(changed_at))
