"""How a private MariaDB is started beside others on the same machine."""

from pathlib import Path

from deploy.local.mariadb import Installation


def test_a_server_keeps_its_temporary_tables_where_no_other_server_cleans_up() -> None:
    flags = Installation(Path("/usr/sbin/mariadbd"), Path("/usr/share/mysql")).flags(Path("/shop/mysql"))

    assert flags[1] == "--no-defaults"
    assert "--tmpdir=/shop/mysql" in flags
