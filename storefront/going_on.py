"""Where a browser goes on after signing in."""

from urllib.parse import unquote

LONGEST = 500  # characters
_LEADS_AWAY = ("\\", "//")  # browsers read a backslash as a slash, and two of them as another host


def local_path(text: str, home: str, below: str = "/") -> str:
    """A path on this host, or `home` for whatever is none.

    Args:
        below: what the path must begin with.
    """
    if not text.startswith(below) or not text.isascii() or len(text) > LONGEST:
        return home
    plain = unquote(text)  # whatever stands on the way may read it so
    leads_away = any(sign in plain for sign in _LEADS_AWAY)
    return text if text.isprintable() and plain.isprintable() and not leads_away else home
