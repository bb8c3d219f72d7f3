from dataclasses import replace

import pytest

from shared.db import Database
from shared.errors import Gone, Invalid, NotFound
from shared.passwords import Passwords
from shared.queries.staff import Staff, staff_by_email
from shared.services.staff import (
    StaffTools,
    add_staff,
    change_password,
    make_password_link,
    remove_staff,
    set_password_by_link,
    sign_in,
    sign_out,
    who_is,
)
from tests.factories import count

PASSWORD = "correct horse"


@pytest.fixture
def tools(database: Database) -> StaffTools:
    return StaffTools(database=database, passwords=Passwords(), session_idle_s=600, session_absolute_s=3600)


async def hire(tools: StaffTools, email: str = "Ada@example.com", role: str = "clerk") -> Staff:
    staff = await add_staff(tools.database, email, role)
    await set_password_by_link(tools, await make_password_link(tools.database, staff.id), PASSWORD)
    return staff


async def test_whoever_has_a_password_signs_in_and_out(tools: StaffTools) -> None:
    ada = await hire(tools)

    session = await sign_in(tools, "ada@EXAMPLE.com ", PASSWORD)

    who = await who_is(tools, session)
    assert who is not None
    assert (who.id, who.email, who.role) == (ada.id, "Ada@example.com", "clerk")
    await sign_out(tools.database, session)
    assert await who_is(tools, session) is None


class SlowPasswords(Passwords):
    """While a password is looked at, somebody sets another one by a link, once."""

    def __init__(self, database: Database, link: str) -> None:
        super().__init__()
        self._tools = StaffTools(database=database, passwords=Passwords(), session_idle_s=1, session_absolute_s=1)
        self._link: str | None = link

    async def fits(self, password_hash: str | None, password: str) -> bool:
        found, (link, self._link) = await super().fits(password_hash, password), (self._link, None)
        if link:
            await set_password_by_link(self._tools, link, "another password")
        return found


async def slowed(tools: StaffTools, staff: Staff) -> StaffTools:
    return replace(tools, passwords=SlowPasswords(tools.database, await make_password_link(tools.database, staff.id)))


async def test_no_session_is_opened_by_a_password_that_was_replaced_meanwhile(tools: StaffTools) -> None:
    slow = await slowed(tools, await hire(tools))

    with pytest.raises(Invalid, match="The password was changed meanwhile"):
        await sign_in(slow, "ada@example.com", PASSWORD)

    assert await count(tools.database, "sessions") == 0


async def test_a_password_set_by_a_link_is_not_replaced_by_whoever_knew_the_one_before(tools: StaffTools) -> None:
    await hire(tools)
    ada = await staff_of(tools)

    with pytest.raises(Invalid, match="The password was changed meanwhile"):
        await change_password(await slowed(tools, ada), ada, PASSWORD, "a third password")

    assert await sign_in(tools, "ada@example.com", "another password")


async def staff_of(tools: StaffTools) -> Staff:
    async with tools.database.writer() as connection:
        found = await staff_by_email(connection, "ada@example.com")
    assert found is not None
    return found


@pytest.mark.parametrize(("email", "password"), [("ada@example.com", "wrong"), ("nobody@example.com", PASSWORD)])
async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    tools: StaffTools, email: str, password: str
) -> None:
    await hire(tools)

    with pytest.raises(Invalid) as refused:
        await sign_in(tools, email, password)

    assert refused.value.detail == "E-mail and password do not match. Check both, or ask for a new link."


async def test_a_link_sets_a_password_once(tools: StaffTools) -> None:
    ada = await add_staff(tools.database, "ada@example.com", "clerk")
    link = await make_password_link(tools.database, ada.id)
    await set_password_by_link(tools, link, PASSWORD)

    with pytest.raises(Gone):
        await set_password_by_link(tools, link, "another password")

    assert await sign_in(tools, "ada@example.com", PASSWORD)


async def test_a_link_outlives_a_password_that_is_too_short(tools: StaffTools) -> None:
    ada = await add_staff(tools.database, "ada@example.com", "clerk")
    link = await make_password_link(tools.database, ada.id)

    with pytest.raises(Invalid) as refused:
        await set_password_by_link(tools, link, "short")

    assert [fault.field for fault in refused.value.errors] == ["password"]
    await set_password_by_link(tools, link, PASSWORD)


async def test_a_new_password_ends_the_sessions_of_the_old_one(tools: StaffTools) -> None:
    ada = await hire(tools)
    session = await sign_in(tools, "ada@example.com", PASSWORD)

    await set_password_by_link(tools, await make_password_link(tools.database, ada.id), "another password")

    assert await who_is(tools, session) is None


@pytest.mark.parametrize("column", ["expires_at = UTC_TIMESTAMP(6)", "seen_at = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR"])
async def test_a_session_ends_by_age_and_by_idleness(tools: StaffTools, column: str) -> None:
    await hire(tools)
    session = await sign_in(tools, "ada@example.com", PASSWORD)

    async with tools.database.writer() as connection:
        await connection.execute(f"UPDATE sessions SET {column}")  # noqa: S608

    assert await who_is(tools, session) is None


async def test_adding_somebody_again_changes_the_role(tools: StaffTools) -> None:
    await hire(tools, role="clerk")

    again = await add_staff(tools.database, "ada@example.com", "manager")

    assert again.role == "manager"
    assert await sign_in(tools, "ada@example.com", PASSWORD)


@pytest.mark.parametrize(("email", "role", "field"), [("ada", "clerk", "email"), ("ada@example.com", "boss", "role")])
async def test_bad_input_names_the_field(tools: StaffTools, email: str, role: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await add_staff(tools.database, email, role)

    assert [fault.field for fault in refused.value.errors] == [field]


async def test_whoever_was_removed_is_signed_out_at_once_and_has_no_way_back(tools: StaffTools) -> None:
    ada, eve = await hire(tools), await hire(tools, "eve@example.com")
    session, hers = await sign_in(tools, "ada@example.com", PASSWORD), await sign_in(tools, "eve@example.com", PASSWORD)
    link = await make_password_link(tools.database, ada.id)

    await remove_staff(tools.database, "ADA@example.com")

    assert await who_is(tools, session) is None
    with pytest.raises(Invalid):
        await sign_in(tools, "ada@example.com", PASSWORD)
    with pytest.raises(Gone):
        await set_password_by_link(tools, link, "another password")
    with pytest.raises(NotFound):
        await remove_staff(tools.database, "ada@example.com")
    who = await who_is(tools, hers)
    assert who is not None
    assert who.id == eve.id


async def test_whoever_is_added_again_needs_a_new_password_and_gets_no_old_session_back(tools: StaffTools) -> None:
    await hire(tools)
    session = await sign_in(tools, "ada@example.com", PASSWORD)
    await remove_staff(tools.database, "ada@example.com")

    await add_staff(tools.database, "ada@example.com", "viewer")

    assert await who_is(tools, session) is None
    with pytest.raises(Invalid):
        await sign_in(tools, "ada@example.com", PASSWORD)
