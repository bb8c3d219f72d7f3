"""What may be asked of a reader, by its type `Reads`, neither changes nor locks anything. All queries are looked at."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from shared.connection import Connection, Reads
from shared.reading import Leading

ROOT = Path(__file__).parents[2]
FOLDERS = ("shared/queries", "shared/services")
CHANGES = re.compile(
    r"\b(INSERT|REPLACE|UPDATE|DELETE|TRUNCATE|CREATE|ALTER|DROP|CALL|LOAD|SET|FOR\s+SHARE|LOCK\s+IN|INTO\s+(OUTFILE|@)"
    r"|LAST_INSERT_ID|\w*_LOCK|NEXTVAL|START|BEGIN|COMMIT)\b(?!\()|\b(GET_LOCK|RELEASE_LOCK|LAST_INSERT_ID|NEXTVAL)\("
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    name: str
    tree: ast.Module

    @property
    def tops(self) -> dict[str, ast.stmt]:
        """What it defines, by name."""
        found: dict[str, ast.stmt] = {}
        for node in self.tree.body:
            if isinstance(node, Function | ast.ClassDef):
                found[node.name] = node
            for target in node.targets if isinstance(node, ast.Assign) else ():
                found |= {name.id: node for name in ast.walk(target) if isinstance(name, ast.Name)}
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found[node.target.id] = node
        return found

    @property
    def imported(self) -> dict[str, tuple[str, str]]:
        """Name -> (module, name there), of what comes from other modules of ours."""
        nodes = [node for node in ast.walk(self.tree) if isinstance(node, ast.ImportFrom) and node.module]
        return {alias.asname or alias.name: (str(node.module), alias.name) for node in nodes for alias in node.names}


@cache
def module(name: str) -> Module | None:
    path = ROOT / (name.replace(".", "/") + ".py")
    is_ours = name.startswith(("shared.queries", "shared.services")) and path.is_file()
    return Module(name, ast.parse(path.read_text())) if is_ours else None


def modules() -> list[Module]:
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")) if path.stem != "__init__"]
    found = [module(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in paths]
    return [one for one in found if one]


def takes(function: ast.stmt, kind: str) -> bool:
    """Whether one of its parameters is a connection of this type."""
    if not isinstance(function, Function):
        return False
    annotations = [argument.annotation for argument in (*function.args.args, *function.args.kwonlyargs)]
    return any(isinstance(one, ast.Name) and one.id == kind for one in annotations)


def functions(kind: str) -> list[tuple[Module, str]]:
    return [(one, name) for one in modules() for name, node in one.tops.items() if takes(node, kind)]


def texts_of(place: Module, name: str, seen: set[tuple[str, str]]) -> list[str]:
    """All text that a definition, or what it uses of ours, holds, its docstrings left out."""
    if (place.name, name) in seen:
        return []
    seen.add((place.name, name))
    node = place.tops.get(name)
    if node is None:
        other, its_name = place.imported.get(name, ("", ""))
        found = module(other)
        return texts_of(found, its_name, seen) if found else []
    told = {
        id(one.value) for one in ast.walk(node) if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
    }
    texts = [
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in told
    ]
    used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} - {name}
    return texts + [text for each in sorted(used) for text in texts_of(place, each, seen)]


def changes(place: Module, name: str) -> list[str]:
    return [text for text in texts_of(place, name, set()) if CHANGES.search(text)]


@pytest.mark.parametrize(("place", "name"), functions("Reads"), ids=lambda one: getattr(one, "name", one))
def test_what_may_be_asked_of_a_reader_changes_and_locks_nothing(place: Module, name: str) -> None:
    assert changes(place, name) == []


def test_a_change_and_a_lock_would_be_seen() -> None:
    seen = {name for place, name in functions("Connection") if changes(place, name)}

    assert {"put_back", "lock_order_by_id", "insert_address", "delete_address", "claim", "beat"} <= seen


def test_what_gives_rows_of_a_reader_offers_no_way_to_write() -> None:
    ways = {name for name in vars(Connection) if not name.startswith("_")}

    assert ways & {name for name in vars(Leading) if not name.startswith("_")} == {"rows", "row"}
    assert {name for name in vars(Reads) if not name.startswith("_")} == {"rows", "row"}


def test_every_query_says_whether_it_may_be_asked_of_a_reader() -> None:
    unclear = [
        f"{place.name}.{name}"
        for place in modules()
        for name, node in place.tops.items()
        if isinstance(node, ast.AsyncFunctionDef)
        and place.name.startswith("shared.queries")
        and not any(takes(node, kind) for kind in ("Reads", "Connection", "Database"))
    ]

    assert unclear == []
