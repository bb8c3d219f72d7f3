"""What styles are to be had in is kept for one version of the catalogue, for a while, and not without bound."""

import pytest

from shared.queries.cards import Offer
from storefront.known_offers import LIFE_S, MOST_STYLES, KnownOffers

OFFER = Offer(picture=None, sizes=("S", "M"), colours=("navy",), in_stock=True)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def offers(clock: Clock) -> KnownOffers:
    return KnownOffers(clock)


def test_an_offer_is_known_while_the_catalogue_is_the_same(offers: KnownOffers, clock: Clock) -> None:
    offers.at(7)[1] = OFFER
    clock.now += LIFE_S - 1

    assert offers.at(7) == {1: OFFER}


def test_nothing_of_one_version_is_known_of_the_next(offers: KnownOffers) -> None:
    offers.at(7)[1] = OFFER

    assert offers.at(8) == {}


def test_what_is_learned_of_an_older_version_afterwards_is_given_to_nobody(offers: KnownOffers) -> None:
    older = offers.at(7)
    offers.at(8)

    older[1] = OFFER

    assert offers.at(8) == {}


def test_nothing_is_kept_while_no_version_is_known(offers: KnownOffers) -> None:
    offers.at(None)[1] = OFFER

    assert offers.at(None) == {}


def test_news_that_nobody_told_are_repaired_by_the_life_time(offers: KnownOffers, clock: Clock) -> None:
    offers.at(7)[1] = OFFER
    clock.now += LIFE_S

    assert offers.at(7) == {}


def test_what_is_kept_is_bounded(offers: KnownOffers) -> None:
    offers.at(7).update(dict.fromkeys(range(MOST_STYLES), OFFER))
    assert len(offers.at(7)) == MOST_STYLES

    offers.at(7)[MOST_STYLES] = OFFER

    assert offers.at(7) == {}
