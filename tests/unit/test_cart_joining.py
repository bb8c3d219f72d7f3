"""How much of a guest's cart fits into an account's, and what is told of the rest."""

from shared.domain.cart_joining import Cut, Plan, Why, add_up, plan_join
from shared.queries.account_carts import Joined
from storefront.views.joined_carts import cut_words, joined_page

COAT, HAT, SOCKS = "COAT", "HAT", "SOCKS"
PLENTY = {COAT: 500, HAT: 500, SOCKS: 500}


def test_lines_are_added_up() -> None:
    assert plan_join({COAT: 1}, {COAT: 2, HAT: 3}, PLENTY) == Plan({COAT: 2, HAT: 3}, ())


def test_a_line_holds_99_pieces() -> None:
    assert plan_join({COAT: 97}, {COAT: 5}, PLENTY) == Plan({COAT: 2}, (Cut(COAT, 5, 2, Why.MOST, 99),))


def test_no_more_is_joined_than_there_is() -> None:
    assert plan_join({COAT: 1}, {COAT: 5, HAT: 1}, {COAT: 3, HAT: 0}) == Plan(
        {COAT: 2}, (Cut(COAT, 5, 2, Why.LEFT, 3), Cut(HAT, 1, 0, Why.LEFT, 0))
    )


def test_what_the_account_holds_already_is_not_cut() -> None:
    assert plan_join({COAT: 5}, {COAT: 1}, {COAT: 3}) == Plan({}, (Cut(COAT, 1, 0, Why.LEFT, 3),))


def test_what_is_not_sold_any_more_is_not_joined() -> None:
    assert plan_join({}, {COAT: 1}, {}) == Plan({}, (Cut(COAT, 1, 0, Why.GONE, 0),))


def test_a_cart_holds_100_lines() -> None:
    held = {f"S{n}": 1 for n in range(99)}

    plan = plan_join(held, {COAT: 1, HAT: 1, "S5": 1}, PLENTY | {"S5": 9})

    assert plan == Plan({COAT: 1, "S5": 1}, (Cut(HAT, 1, 0, Why.FULL, 99),))
    assert add_up(held | {COAT: 1}, {HAT: 1, "S5": 1}) == held | {COAT: 1, "S5": 2}


def test_the_report_counts_pieces_and_says_why_some_are_missing() -> None:
    cuts = [Cut(COAT, 5, 2, Why.MOST, 99), Cut(HAT, 1, 0, Why.FULL, 99), Cut(SOCKS, 3, 1, Why.LEFT, 2)]
    cuts += [Cut(SOCKS, 3, 0, Why.LEFT, 0), Cut(SOCKS, 1, 0, Why.GONE, 0)]

    assert joined_page([Joined(1, {COAT: 2}, cuts[:1]), Joined(2, {SOCKS: 1}, ())], {}) == {
        "joined": "3 pieces of your earlier cart were joined.",
        "cuts": ["COAT: 99 is the most of one piece; 3 were left out."],
    }
    assert joined_page([Joined(1, {COAT: 1}, ())], {})["joined"] == "1 piece of your earlier cart was joined."
    assert joined_page([Joined(1, {}, ())], {})["joined"] == "Nothing of your earlier cart could be joined."
    assert [cut_words(cut, None) for cut in cuts[1:]] == [
        "HAT: a cart holds 100 different pieces; 1 was left out.",
        "SOCKS: only 2 left; 2 were left out.",
        "SOCKS: sold out; 3 were left out.",
        "SOCKS: not sold any more; 1 was left out.",
    ]
