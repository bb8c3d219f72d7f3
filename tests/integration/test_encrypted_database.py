"""MySQL over TLS: verified or not at all. A real MariaDB with a certificate of our own."""

import ssl
from pathlib import Path

import pytest
from pymysql.err import OperationalError

from shared.db import Database
from shared.errors import Unavailable
from shared.migrate import current_revision, migrate, newest_revision
from shared.mysql import MySql
from shared.settings import Settings
from shared.tls import verifying
from tests.certificates import Authority
from tests.mariadbs import MariaDb

CIPHER = "SHOW STATUS LIKE 'Ssl_cipher'"


@pytest.fixture
def another(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "another")


async def test_what_the_shop_says_to_its_database_is_encrypted(mariadb: MariaDb, authority: Authority) -> None:
    database = Database(mariadb.signed_url(f"ca={authority.file}"))

    async with database.writer() as connection:
        found = await connection.row(CIPHER)
    await database.close()

    assert found is not None
    assert found["Value"].startswith("TLS_")


async def test_migrations_are_encrypted_too(mariadb: MariaDb, authority: Authority) -> None:
    url = mariadb.signed_url(f"ca={authority.file}")

    migrate(url)

    assert current_revision(url) == newest_revision()
    with MySql(url).connect_blocking() as connection, connection.cursor() as cursor:
        cursor.execute(CIPHER)
        assert cursor.fetchone()[1].startswith("TLS_")


async def refusal(url: str) -> list[str]:
    """What both drivers say, each without having got a connection."""
    with pytest.raises(OperationalError) as of_aiomysql:
        await MySql(url).connect()
    with pytest.raises(OperationalError) as of_pymysql:
        MySql(url).connect_blocking()
    return [str(of_aiomysql.value), str(of_pymysql.value)]


async def test_a_certificate_of_another_authority_is_refused(mariadb: MariaDb, another: Authority) -> None:
    for said in await refusal(mariadb.signed_url(f"ca={another.file}")):
        assert "certificate verify failed" in said


async def test_a_certificate_of_another_name_is_refused(mariadb: MariaDb, authority: Authority) -> None:
    for said in await refusal(mariadb.signed_url(f"ca={authority.file}", host="localhost")):
        assert "certificate is not valid for 'localhost'" in said


async def test_a_server_without_encryption_is_refused(settings: Settings, authority: Authority) -> None:
    by_aiomysql, by_pymysql = await refusal(f"{settings.database_writer_url}?ca={authority.file}")

    assert "127.0.0.1 offers no encryption (TLS)" in by_aiomysql
    assert "SSL is required but the server doesn't support it" in by_pymysql


async def test_a_shopper_is_told_that_the_database_does_not_answer(mariadb: MariaDb, another: Authority) -> None:
    database = Database(mariadb.signed_url(f"ca={another.file}"))

    with pytest.raises(Unavailable):
        async with database.writer():
            pass
    await database.close()


def test_authorities_are_believed_that_lack_what_newer_rules_ask_for(authority: Authority) -> None:
    context = verifying(str(authority.file))

    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert len(context.get_ca_certs()) == 1
