"""`./shop catalog set SKU [--price-cents N] [--stock N] [--withdraw|--offer]`: change a variant that is sold."""

import argparse
import sys

from shared.domain.money import euros
from shared.errors import Invalid
from shared.queries.assortment import ShelfVariant
from shared.services.catalogue import Changed, VariantChange, change_variant
from workers.operators.office import WHO, Office, WrongUse, attend
from workers.operators.screens import say


async def set_variant(office: Office, sku: str, change: VariantChange) -> Changed:
    """Raises NotFound for a SKU that no variant has, WrongUse for figures that cannot be."""
    try:
        return await change_variant(office.database, sku, change, WHO)
    except Invalid as fault:
        raise WrongUse("; ".join(f"{error.field}: {error.message}" for error in fault.errors)) from fault


def told(changed: Changed) -> str:
    """The variant as it is now; what has changed says what it was."""
    was, now = _facts(changed.was), _facts(changed.now)
    facts = [after if before == after else f"{after} (was {before})" for before, after in zip(was, now, strict=True)]
    return f"{changed.now.sku}: {', '.join(facts)}"


def _facts(variant: ShelfVariant) -> tuple[str, str, str]:
    return euros(variant.price_cents), f"{variant.stock} in stock", "withdrawn" if variant.withdrawn else "on sale"


def main() -> int:
    parser = argparse.ArgumentParser(prog="./shop catalog", description="What is sold.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    set_verb = verbs.add_parser("set", help="change a variant; pages show it within two seconds")
    set_verb.add_argument("sku", help="the variant's, as in WC14-NAV-M")
    set_verb.add_argument("--price-cents", type=int, help="its price, VAT contained")
    set_verb.add_argument("--stock", type=int, help="how many pieces there are")
    on_sale = set_verb.add_mutually_exclusive_group()
    on_sale.add_argument("--withdraw", action="store_true", default=None, help="take it off sale")
    on_sale.add_argument("--offer", dest="withdraw", action="store_false", help="put it on sale again")
    options = parser.parse_args()
    change = VariantChange(price_cents=options.price_cents, stock=options.stock, withdrawn=options.withdraw)
    if change == VariantChange():
        set_verb.error("say what to change: --price-cents, --stock, --withdraw or --offer")

    async def carry_out(office: Office) -> None:
        say(told(await set_variant(office, options.sku, change)))

    return attend(carry_out)


if __name__ == "__main__":
    sys.exit(main())
