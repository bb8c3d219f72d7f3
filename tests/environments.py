"""Environments for processes that tests start."""

import os

# A Python that was unpacked without root finds its libraries by the second one.
NEEDED = ("PATH", "LD_LIBRARY_PATH")


def bare_environment(**settings: str) -> dict[str, str]:
    """What a process needs to start at all, and these settings."""
    return {name: os.environ[name] for name in NEEDED if name in os.environ} | settings
