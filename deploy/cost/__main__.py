"""`python -m deploy.cost`: write docs/cost.md anew."""

from pathlib import Path

from deploy.cost.figures import read_figures
from deploy.cost.page import page

PAGE = Path(__file__).parents[2] / "docs" / "cost.md"

if __name__ == "__main__":
    PAGE.write_text(page(read_figures("dev"), read_figures("prod")), encoding="utf-8")
