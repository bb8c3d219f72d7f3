"""The departments, in the order of the navigation."""

CATEGORIES: tuple[tuple[str, str], ...] = (
    ("tops", "Tops"),
    ("shirts", "Shirts"),
    ("knitwear", "Knitwear"),
    ("sweatshirts", "Sweatshirts"),
    ("outerwear", "Outerwear"),
    ("dresses", "Dresses"),
    ("trousers", "Trousers"),
    ("skirts", "Skirts"),
    ("accessories", "Accessories"),
    ("shoes", "Shoes"),
    ("bags", "Bags"),
)
LABELS = dict(CATEGORIES)


def label(slug: str) -> str:
    """What a department is called; one without a name here goes by its slug."""
    return LABELS.get(slug, slug.replace("-", " ").capitalize())
