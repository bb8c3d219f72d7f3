"""What docs/carts.md says of each way of keeping carts: how many survive what, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

WAYS = ("process", "cookie", "redis", "dynamodb")


class Trial(StrEnum):
    ELSEWHERE = "the next request lands elsewhere"
    KILLED = "a storefront is killed"
    EMPTIED = "the store is emptied"
    TABS = "two tabs at once"


class Kept(StrEnum):
    ALL = "all"
    NONE = "none"
    OTHERS = "all but those of the dead storefront"


@dataclass(frozen=True)
class Promise:
    kept: Kept
    why: str


_ELSEWHERE = "Every storefront answers for every shopper, so it does not matter which one is asked."
_KILLED = "A storefront keeps nothing, so nothing dies with it."
_SHARED = {
    Trial.ELSEWHERE: Promise(Kept.ALL, _ELSEWHERE),
    Trial.KILLED: Promise(Kept.ALL, _KILLED),
    Trial.EMPTIED: Promise(Kept.ALL, "The signed copy in the shopper's cookie brings the cart back."),
    Trial.TABS: Promise(Kept.ALL, "The store makes one change after the other, and keeps both."),
}
_COOKIE = {
    Trial.ELSEWHERE: Promise(Kept.ALL, _ELSEWHERE),
    Trial.KILLED: Promise(Kept.ALL, _KILLED),
    Trial.TABS: Promise(Kept.NONE, "Both changes start from the same copy, and the last answer is what is left."),
}
_PROCESS = {
    Trial.ELSEWHERE: Promise(Kept.NONE, "Each storefront knows only the carts in its own memory."),
    Trial.KILLED: Promise(Kept.NONE, "What was in its memory is gone, and the others never knew of it."),
    Trial.TABS: Promise(Kept.NONE, "Each of the two requests ends up in another memory."),
}
_STICKY_PROCESS = {
    Trial.ELSEWHERE: Promise(Kept.ALL, "The balancer's cookie leads each shopper back to the same storefront."),
    Trial.KILLED: Promise(Kept.OTHERS, "The carts in its memory died with it: stickiness only put the loss off."),
    Trial.TABS: Promise(Kept.ALL, "Both requests reach the same memory, one after the other."),
}


@dataclass(frozen=True)
class Way:
    """A way of keeping carts: where, and whether the balancer leads a shopper back to the same storefront."""

    store: str
    is_sticky: bool = False

    @property
    def title(self) -> str:
        return f"{_TITLES[self.store]}; the balancer is {'' if self.is_sticky else 'not '}sticky"

    @property
    def moral(self) -> str:
        return _STICKY_MORAL if self.store == "process" and self.is_sticky else _MORALS[self.store]

    @property
    def promises(self) -> Mapping[Trial, Promise]:
        """By trial, in the order in which they are made; a trial that a store has no part in is left out."""
        if self.store == "process":
            return _STICKY_PROCESS if self.is_sticky else _PROCESS
        return _COOKIE if self.store == "cookie" else _SHARED


_TITLES = {
    "process": "Carts in the memory of each storefront",
    "cookie": "Carts in the shopper's cookie",
    "redis": "Carts in Redis, with a signed copy in the shopper's cookie",
    "dynamodb": "Carts in DynamoDB, with a signed copy in the shopper's cookie",
}
_STICKY_MORAL = "Stickiness does not prevent the loss, it only moves it to the day on which a storefront dies."
_MORALS = {
    "process": "With more than one storefront, a cart in the memory of one is lost with the next request.",
    "cookie": "Nothing that dies here takes a cart with it, but of two changes at once one is lost.",
    "redis": "Nothing is lost: any storefront answers, Redis keeps all changes, and the copy outlives Redis.",
    "dynamodb": "Nothing is lost: any storefront answers, DynamoDB keeps all changes, and the copy outlives its loss.",
}
