"""What programs and pages name their changes and orders by."""

TOKEN_LENGTH = 128
TOKEN_HINT = f"Use 1 to {TOKEN_LENGTH} visible ASCII characters."


def is_token(text: str) -> bool:
    """Whether this can be an Operation-Id or an Idempotency-Key."""
    return 1 <= len(text) <= TOKEN_LENGTH and all("!" <= character <= "~" for character in text)
