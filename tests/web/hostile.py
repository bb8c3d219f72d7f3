"""What people who mean no good put into addresses and fields."""

AWAY = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%2fevil.example",
    "/%2F%2Fevil.example",
    "/%5cevil.example",
    "https://evil.example/account",
    "https:evil.example",
    "javascript:alert(1)",
    " //evil.example",
    "/\t/evil.example",
    "/account\r\nSet-Cookie: session=x",
    "/account%0d%0aSet-Cookie: session=x",
    "evil.example",
    "@evil.example",
    "/account//evil.example",
)


def leads_here(location: str) -> bool:
    """Whether any browser stays on this host with such a Location."""
    return location[:1] == "/" and location[1:2] not in {"/", "\\", "%"} and location.isprintable()
