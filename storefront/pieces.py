"""The macros of parts.html, as `parts` in all templates; some draw the same piece only once."""

from functools import lru_cache
from types import SimpleNamespace

from jinja2 import Environment
from jinja2.runtime import Macro

REMEMBERED = (  # drawn of the settings and the catalogue, never of what somebody typed
    "card",
    "departments",
    "footer",
    "looks",
    "picture",
    "size_choices",
    "size_table",
    "swatches",
)
MOST = 2000  # pieces of each kind


def add_parts(templates: Environment) -> None:
    """Hand the macros to all templates, parts.html among them."""
    templates.globals["parts"] = parts = SimpleNamespace()
    made = vars(templates.get_template("parts.html").module)
    macros = {name: macro for name, macro in made.items() if isinstance(macro, Macro)}
    remembering = {name: lru_cache(MOST, typed=True)(macros[name]) for name in REMEMBERED}
    vars(parts).update(macros | remembering)
