"""How to look after a material."""

CARE = (
    (("leather",), "Wipe with a dry cloth, feed with leather balm once a year."),
    (("waxed", "rubber"), "Brush off when dry, wipe with a damp cloth."),
    (("wool", "merino", "cashmere"), "Wool cycle at 30 °C, dry flat, keep a comb for the pills."),
    (("viscose", "lyocell", "polyester"), "Gentle cycle at 30 °C, hang to dry."),
    (("cotton", "linen"), "Wash at 40 °C with like colours, dry on the line."),
)
ELSE = "Wash at 30 °C, dry on the line."


def care(material: str) -> str:
    """One sentence; of a mixture, what its most delicate part needs."""
    lower = material.lower()
    return next((words for names, words in CARE if any(name in lower for name in names)), ELSE)
