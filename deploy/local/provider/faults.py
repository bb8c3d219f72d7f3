"""Faults that tests ask for; forgotten when the process ends."""

from dataclasses import dataclass


@dataclass
class Faults:
    """How many calls are still to fail, and whether callbacks are lost."""

    down: int = 0
    eat_reply: int = 0
    mute_callbacks: bool = False

    def is_down(self) -> bool:
        """Whether this call is one of those that get 503."""
        self.down, hit = max(0, self.down - 1), self.down > 0
        return hit

    def eats_reply(self) -> bool:
        """Whether this call is one of those whose answer gets lost."""
        self.eat_reply, hit = max(0, self.eat_reply - 1), self.eat_reply > 0
        return hit

    def reset(self) -> None:
        """No more faults."""
        self.down, self.eat_reply, self.mute_callbacks = 0, 0, False
