"""How often passwords are hashed, which is what costs a sign-in its time."""

from typing import Any

import pytest

from shared import passwords


def note_hashing(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Returns a list that grows: what was done, "_fits" or "hash_password", and with which password."""
    noted: list[tuple[str, str]] = []

    def watch(name: str) -> None:
        function = getattr(passwords, name)

        def noting(*args: Any) -> Any:
            noted.append((name, args[-1]))
            return function(*args)

        monkeypatch.setattr(passwords, name, noting)

    watch("_fits")
    watch("hash_password")
    return noted
