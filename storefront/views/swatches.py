"""The colours of the dots, by the name a colour has in the catalogue."""

UNKNOWN = "#9a9fb0"
SWATCHES = {
    "black": "#1f2329",
    "brick": "#8c2f39",
    "burgundy": "#7d2e3a",
    "camel": "#b88a5b",
    "chalk": "#e8e2d6",
    "charcoal": "#3b3f46",
    "cognac": "#8a5a3b",
    "ecru": "#f4efe6",
    "forest": "#3f6b62",
    "indigo": "#2f4a6d",
    "midnight": "#2f4858",
    "mint": "#a8cdbb",
    "navy": "#22384f",
    "oatmeal": "#d9c7a8",
    "ochre": "#d08c3f",
    "plum": "#7a5c86",
    "rose": "#d9a5a0",
    "sage": "#5e7d6a",
    "sand": "#dcc59c",
    "sky": "#a9c4d8",
    "stone": "#b9b2a3",
    "terracotta": "#c4664a",
}


def swatch(colour: str) -> str:
    """The hex code of a colour; a grey for one that is not known."""
    return SWATCHES.get(colour, UNKNOWN)
