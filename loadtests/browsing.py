"""Those who look: through the shop window, and for something."""

from loadtests.kinds import PAGE, PRODUCT, SEARCH
from loadtests.visitor import Visitor

WORDS = (
    "shirt",
    "wool",
    "blue",
    "linen",
    "jacket",
    "sock",
    "cotton",
    "dress",
    "coat",
    "trousers",
    "hat",
    "no such thing",
)
SORTS = ("newest", "price", "-price", "name")
TEXTS = ("/returns", "/imprint", "/terms", "/privacy")


class Browsing(Visitor):
    """How anybody walks through the shop."""

    abstract = True

    def enter(self) -> None:
        self.see(PAGE, "/")
        self.think()

    def browse(self) -> None:
        """A category, sometimes its second half."""
        category = self.chance.choice(self.trip.products).category
        self.see(PAGE, f"/shop?category={category}&sort={self.chance.choice(SORTS)}")
        self.think()

    def look_at_something(self) -> str:
        """The page of a style; one of its SKUs that were there."""
        product = self.chance.choice(self.trip.products)
        self.see(PRODUCT, f"/products/{product.slug}")
        self.think()
        return self.chance.choice(product.skus)


class WindowShopper(Browsing):
    """Looks at a lot and buys nothing."""

    weight = 50

    def journey(self) -> None:
        self.come_as_new()
        self.enter()
        self.browse()
        for _ in range(self.chance.randint(1, 4)):
            self.look_at_something()
        if self.chance.random() < 0.1:
            self.see(PAGE, self.chance.choice(TEXTS))
            self.think()


class Searcher(Browsing):
    """Knows what it should be."""

    weight = 20

    def journey(self) -> None:
        self.come_as_new()
        for _ in range(self.chance.randint(1, 3)):
            words = self.chance.choice(WORDS).replace(" ", "+")
            self.see(SEARCH, f"/shop?q={words}&in_stock=1")
            self.think()
            self.look_at_something()
