"""The layers of docs/architecture.md, held."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "storefront": ("workers", "deploy", "tests"),
    "workers": ("storefront", "deploy", "tests"),
    "shared": ("storefront", "workers", "deploy", "tests"),
    "shared/domain": ("shared.queries", "shared.services", "shared.db", "shared.settings", "asyncio", "os"),
    "shared/queries": ("shared.services", "shared.settings"),
    "loadtests": ("shared", "storefront", "workers", "deploy", "tests"),
}
SQL = re.compile(r"\b(SELECT .* FROM|INSERT (IGNORE )?INTO|UPDATE \w+ SET|DELETE FROM)\b", re.DOTALL)
WITH_SQL = ("shared/queries", "shared/migrations", "shared/migrate.py", "tests", "bench", "deploy/local")


def sources(folder: str) -> Iterator[Path]:
    return (ROOT / folder).rglob("*.py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_layer_imports_only_what_is_below_it(folder: str) -> None:
    crossings = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(folder)
        for name in imports(path)
        if any(name == banned or name.startswith(banned + ".") for banned in FORBIDDEN[folder])
    ]

    assert crossings == []


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for folder in ("shared", "storefront", "workers")
        for path in sources(folder)
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    }

    assert readers == {"shared/settings.py"}


def test_sql_stands_in_queries_and_migrations_only() -> None:
    strays = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if not str(path.relative_to(ROOT)).startswith((*WITH_SQL, ".")) and _has_sql(path)
    ]

    assert strays == []


def _has_sql(path: Path) -> bool:
    strings = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
    return any(isinstance(text, str) and SQL.search(text) for text in strings)


def test_no_file_has_a_name_that_says_nothing() -> None:
    vague = {"utils.py", "helpers.py", "common.py", "misc.py", "manager.py"}

    assert [path for folder in ("shared", "storefront", "workers", "deploy") for path in sources(folder)
            if path.name in vague] == []  # fmt: skip


def test_each_migration_is_one_statement_that_says_why() -> None:
    for path in sources("shared/migrations/versions"):
        text = path.read_text()
        assert len(ast.get_docstring(ast.parse(text)) or "") > 20, path.name
        assert text.count("op.execute(") == 1, path.name
        assert ";" not in text.split('STATEMENT = """')[1].split('"""')[0], path.name


def test_migrations_follow_each_other_without_a_gap() -> None:
    names = sorted(path.name[:4] for path in sources("shared/migrations/versions"))

    assert names == [f"{number:04d}" for number in range(1, len(names) + 1)]
