"""docs/security-rules.md says what the code does: its figures, ways in, roles, data, keys, connections and events."""

import re
from pathlib import Path

from shared import connection, db, passwords, redis_client
from shared.domain import bank_table, cart, countries
from shared.domain.desk_rights import RIGHTS
from shared.queries import addresses, shopper_sessions
from shared.security_log import Event
from shared.services import account_links, staff
from storefront import fields, framing, rates, sessions
from storefront.api.models import EMAIL_LENGTH, ItemToAdd, OrderToPlace
from storefront.forms import desk_bank, listing, typed
from storefront.forms.checkout import TYPED
from storefront.handlers.desk_bank import UPLOAD_LIMIT
from storefront.routes import ROUTES
from tests.rules import coded, sections, table
from tests.unit.test_security_code import CRYPTOGRAPHY, imported, sources

RULES = "security-rules.md"
ROOT = Path(__file__).parents[2]
SETTINGS = (ROOT / "shared/settings.py").read_text()


def text_of(heading: str) -> str:
    return " ".join(dict(sections(RULES))[heading].split())


def default_of(variable: str) -> str:
    """What a number in the settings is when nobody sets it, as it stands there."""
    found = re.search(rf'env\.number\("{variable}", ([^)]+)\)', SETTINGS)
    assert found, variable
    return found[1]


def test_every_way_in_is_named() -> None:
    doors = r"/(account|back-office)/(sign-in|register|verify|forgotten|reset|password|own-password|\w*e-?mail)"

    named = [path for row in table(RULES, "Ways in") for path in coded(row[0])]

    assert sorted(named) == sorted(route.path for route in ROUTES if re.fullmatch(doors, route.path))


def test_links_live_as_long_as_is_said() -> None:
    told = {coded(path)[0]: proof + gives for path, _, proof, gives in table(RULES, "Ways in")}

    assert (account_links.LIFE_S["verify"], account_links.LIFE_S["reset"], staff.LINK_LIFE_S) == (86400, 3600, 86400)
    assert "24 h, once" in told["/account/register"]
    assert "1 h, once" in told["/account/forgotten"]
    assert "24 h, once" in told["/back-office/password"]


def test_the_limits_on_guesses_are_those_of_the_code() -> None:
    quarter, hour = rates.SIGN_IN

    assert {name: int(figure) for name, figure in table(RULES, "Guesses")} == {
        "wrong passwords of an account in a quarter of an hour": quarter.count,
        "wrong passwords of an account in an hour": hour.count,
        "wrong passwords, registrations and forgotten passwords of an address in an hour (RATE_SIGN_IN_PER_H)": int(
            default_of("RATE_SIGN_IN_PER_H")
        ),
        "mails about registering that one can have sent to one address in an hour": rates.ACCOUNT_MAIL.count,
        "mails about a forgotten password that one can have sent to one address in an hour": rates.RESET_MAIL.count,
        "orders of a cart in a minute": rates.CHECKOUT.count,
        "searches of a cart in a minute": rates.SEARCH.count,
        "requests of an address in a second (RATE_ADDRESS_PER_S)": int(default_of("RATE_ADDRESS_PER_S")),
        "password checks that wait in a process": passwords.WAITING,
    }
    windows = [limit.window_s for limit in (quarter, hour, rates.ACCOUNT_MAIL, rates.CHECKOUT, rates.SEARCH)]
    assert windows == [900, 3600, 3600, 60, 60]


def test_the_rules_of_passwords_are_those_of_the_code() -> None:
    assert text_of("Passwords").startswith(f"{passwords.SHORTEST} to {passwords.LONGEST} characters of any kind")


def test_the_limits_of_sessions_are_those_of_the_code() -> None:
    assert table(RULES, "Sessions") == [
        ["idle (SESSION_IDLE_S)", "24 h"],
        ["whole life (SESSION_ABSOLUTE_S)", "30 days"],
        ["how long Redis may answer instead of the database", f"{sessions.COPY_S} s"],
    ]
    assert (default_of("SESSION_IDLE_S"), default_of("SESSION_ABSOLUTE_S")) == ("DAY_S", "30 * DAY_S")
    assert f"the newest {shopper_sessions.MOST} are listed" in text_of("Sessions")


def test_every_role_may_what_is_said() -> None:
    told = dict(table(RULES, "Who may do what"))

    assert list(told) == ["guest", "shopper", *RIGHTS]
    assert told["viewer"] == "read every order and document"
    for role in ("clerk", "manager"):
        assert told[role] == ", ".join(sorted(RIGHTS[role])), role


def test_fields_that_nobody_may_set_are_named() -> None:
    told = text_of("Who may do what")
    set_by_shoppers = set(OrderToPlace.model_fields) | set(TYPED) | set(ItemToAdd.model_fields)

    assert "never sets a price, a total, a status, an owner or a stock" in told
    assert set_by_shoppers & {"price_cents", "unit_price_cents", "order_status", "user_id", "stock", "vat_bp"} == set()


def test_the_limits_of_what_comes_in_are_those_of_the_code() -> None:
    assert dict(table(RULES, "What comes in")) == {
        "body of a request": f"{framing.MAX_BODY // 1024} KiB",
        "fields of a form or query": str(fields.MAX_FIELDS),
        "uploaded file of a bank": f"{UPLOAD_LIMIT // 1024**2} MiB",
        "lines of a bank's file": str(bank_table.MOST_ROWS),
        "characters of an e-mail address": str(EMAIL_LENGTH),
        "characters of a name or a line of an address": str(countries.TEXT_LENGTH),
        "characters of a SKU": cart.SKU.pattern.rpartition(",")[2].rstrip("}"),
        "different pieces in a cart": str(cart.MAX_LINES),
        "pieces of one kind in a cart": str(cart.MAX_QUANTITY),
        "addresses in a book": str(addresses.MOST),
        "amount in a form of the back office": f"€{typed.MOST_EUROS:,}",
        "pages of a listing": str(listing.MOST_PAGES),
    }
    assert "a postcode with its country, a token with a card" in text_of("What comes in")
    assert [f"`{suffix}`" in text_of("What comes in") for suffix in desk_bank.SUFFIXES] == [True, True]


def test_every_table_of_the_database_has_its_kind_of_data() -> None:
    migrations = (ROOT / "shared/migrations/versions").glob("*.py")
    made = {name for path in migrations for name in re.findall(r"CREATE TABLE (\w+)", path.read_text())}
    told = [(kind, name) for kind, where, _ in table(RULES, "Data") for name in coded(where)]
    both = {"users", "staff"}  # secret by their passwords, personal by the rest

    assert [kind for kind, *_ in table(RULES, "Data")] == ["secret", "personal", "internal", "public"]
    assert {name for _, name in told} == made
    assert {name for _, name in told if [other for _, other in told].count(name) > 1} == both


def test_every_module_that_hashes_signs_or_draws_is_named() -> None:
    users = {
        path for path, tree in sources() if {module.partition(".")[0] for module, _ in imported(tree)} & CRYPTOGRAPHY
    }

    named = [path for row in table(RULES, "Keys and algorithms") for path in coded(row[0])]

    assert sorted(named) == sorted(users)


def test_everybody_whom_the_shop_talks_to_is_named() -> None:
    addresses_set = set(re.findall(r'env\.(?:url|words|server)\("(\w+_(?:URL|GATEWAY))"', SETTINGS))
    told = " ".join(row[0] for row in table(RULES, "Who talks to whom"))

    assert addresses_set == set(re.findall(r"[A-Z]\w+_(?:URL|GATEWAY)", told))
    assert f"{db.POOL_SIZE} connections a process and server" in text_of("Who talks to whom")
    assert f"{redis_client.CONNECTIONS} connections a process" in text_of("Who talks to whom")


def test_what_costs_much_is_held_by_the_limits_that_are_named() -> None:
    told = dict(table(RULES, "What costs much"))

    assert f"{passwords.WAITING} wait, then 429" in told["hashing a password (17 ms, 19 MiB)"]
    assert told["searching and filtering"].startswith(f"{rates.SEARCH.count} a minute for a cart")
    assert f"no query longer than {connection.READ_S} s" in told["searching and filtering"]
    assert told["placing an order"] == f"{rates.CHECKOUT.count} a minute for a cart"
    assert f"{default_of('PAYMENT_TIMEOUT_S')} s to answer" in told["asking the card provider"]


def test_every_security_event_is_told_of() -> None:
    assert [event for event, _ in table(RULES, "Logs")] == [event.value for event in Event]


def test_it_is_said_how_soon_a_known_hole_in_a_library_is_closed() -> None:
    told = (ROOT / "SECURITY.md").read_text()

    assert re.findall(r"^\| (critical|high|any other) \| (?:\d+ days|the next release) \|$", told, re.MULTILINE) == [
        "critical",
        "high",
        "any other",
    ]
