"""Encrypted connections: which certificates are believed."""

import ssl
from functools import cache


@cache
def verifying(ca: str = "") -> ssl.SSLContext:
    """What a connection is encrypted with: TLS 1.2 or later, the server's certificate and its name verified.

    Made once, as reading the authorities takes long enough to be felt by whoever waits for the event loop.

    Args:
        ca: a file with the authorities that are believed, and no others; empty: those that the system believes.
    """
    context = ssl.create_default_context(cafile=ca or None)
    # Python 3.13 refuses authorities that older rules allow, private ones of cloud databases among them.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
