"""Headers that every answer carries, errors and files included."""

from urllib.parse import urlsplit

PUBLIC_POLICY = "public, max-age=0, s-maxage=1, must-revalidate"  # a cache in front may answer for a second
HSTS = "max-age=31536000; includeSubDomains"
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # an SVG opened by itself runs nothing


def content_policy(form_targets: str = "") -> str:
    """Everything comes from this host; forms may also lead to the given origin (the card provider's page)."""
    return (
        "default-src 'none'; object-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; "
        f"form-action 'self'{' ' + form_targets if form_targets else ''}; frame-ancestors 'none'; base-uri 'none'"
    )


def security_headers(is_https: bool) -> dict[str, str]:
    return {
        "Content-Security-Policy": content_policy(),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",  # no page that opened ours keeps a hold on it
        "Cross-Origin-Resource-Policy": "same-origin",  # nor shows parts of it
        **({"Strict-Transport-Security": HSTS} if is_https else {}),
    }


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
