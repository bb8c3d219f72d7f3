"""Where a browser goes on after signing in."""

LONGEST = 500  # characters
_LEADS_AWAY = ("\\", "//")  # browsers read a backslash as a slash, and two of them as another host


def local_path(text: str, home: str, below: str = "/") -> str:
    """A path on this host, or `home` for whatever is none.

    Args:
        below: what the path must begin with.
    """
    is_ours = text.startswith(below) and not any(sign in text for sign in _LEADS_AWAY)
    return text if is_ours and text.isascii() and text.isprintable() and len(text) <= LONGEST else home
