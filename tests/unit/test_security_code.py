"""What the code of the two tiers never does, read from the code itself. docs/security.md leans on it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TIERS = ("shared", "storefront", "workers")
STARTS_PROGRAMS = {"subprocess", "pty", "multiprocessing"}
MAKES_OBJECTS_OF_TEXT = {"pickle", "marshal", "shelve", "dill", "yaml", "xml", "lxml"}
BUILT_IN = ("eval", "exec", "compile", "__import__")
OPENS_CONNECTIONS = {"aiomysql", "redis.asyncio", "tornado.httpclient", "boto3", "aiosmtplib", "urllib.request"}
# Who talks to somebody else: each to addresses of the settings only, never to one that a client sent.
TALKERS = {
    "shared/aws.py",  # SQS, SES, DynamoDB, Secrets Manager
    "shared/connection.py",
    "shared/gateway.py",  # the card provider
    "shared/mysql.py",
    "shared/redis_client.py",
    "shared/seed/orders.py",  # the card provider of a development machine
    "workers/audit/desk.py",  # the card provider's and the mailbox's ledger
    "workers/smtp.py",
}
HOLDS_A_CLIENT = {"Redis"}  # a type, for who is handed one
USES_PLAIN_RANDOM = {  # jitter and sample data: nothing that nobody may guess
    "shared/cache.py",
    "shared/seed/drafts.py",
    "shared/seed/orders.py",
    "storefront/capacity.py",
    "storefront/dynamo_carts.py",
    "storefront/public_pages.py",
    "workers/jobs.py",
    "workers/ledger.py",
}
CRYPTOGRAPHY = {"hashlib", "hmac", "secrets", "ssl", "argon2", "cryptography", "Crypto", "nacl", "jwt", "itsdangerous"}
SCRIPT = (ROOT / "storefront/static/shop.js").read_text()


def sources() -> Iterator[tuple[str, ast.Module]]:
    for tier in TIERS:
        for path in sorted((ROOT / tier).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def imported(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """Each module that is imported, with the names taken from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, set()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, {alias.name for alias in node.names}


def importers(wanted: set[str]) -> set[str]:
    return {
        path
        for path, tree in sources()
        for module, names in imported(tree)
        if (module in wanted or module.partition(".")[0] in wanted) and not (names and names <= HOLDS_A_CLIENT)
    }


def calls(*wanted: str) -> list[tuple[str, ast.Call]]:
    """Where one of these is called, by the end of its name."""
    return [
        (path, node)
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and f".{ast.unparse(node.func)}".endswith(tuple(f".{name}" for name in wanted))
    ]


def test_neither_tier_starts_a_program() -> None:
    assert importers(STARTS_PROGRAMS) == set()
    assert calls("os.system", "os.popen", "os.execv", "asyncio.create_subprocess_shell") == []


def test_no_text_becomes_code_an_object_or_a_template() -> None:
    assert importers(MAKES_OBJECTS_OF_TEXT) == set()
    assert [path for path, call in calls(*BUILT_IN) if isinstance(call.func, ast.Name)] == []
    assert [path for path, tree in sources() if "from_string" in ast.unparse(tree)] == []


def test_only_these_modules_talk_to_others() -> None:
    assert importers(OPENS_CONNECTIONS) == TALKERS


def test_no_client_follows_a_redirect() -> None:
    fetches = [(path, {each.arg: ast.unparse(each.value) for each in call.keywords}) for path, call in calls("fetch")]

    assert len(fetches) == 4
    assert [path for path, options in fetches if options.get("follow_redirects") != "False"] == []


def test_hashes_are_sha_256_and_one_name_that_protects_nothing() -> None:
    used = {
        (node.attr, path)
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "hashlib"
    }

    assert {name for name, _ in used} == {"sha256", "file_digest", "sha1"}
    assert [path for path, call in calls("hashlib.file_digest") if "'sha256'" not in ast.unparse(call)] == []
    assert {path for name, path in used if name == "sha1"} == {"storefront/carts.py"}  # Redis names scripts so
    assert "usedforsecurity=False" in (ROOT / "storefront/carts.py").read_text()


def test_cryptography_comes_from_known_libraries() -> None:
    used = {module.partition(".")[0] for _, tree in sources() for module, _ in imported(tree)}

    assert used & CRYPTOGRAPHY == {"hashlib", "hmac", "secrets", "ssl", "argon2"}  # Python's own and argon2-cffi


def test_what_nobody_may_guess_is_drawn_by_the_system() -> None:
    assert importers({"random", "uuid"}) == USES_PLAIN_RANDOM


@pytest.mark.parametrize("folder", ["storefront/pages", "workers/documents"])
def test_no_template_turns_its_escaping_off(folder: str) -> None:
    texts = {path: path.read_text() for path in (ROOT / folder).rglob("*") if path.suffix in (".html", ".xml")}

    assert len(texts) > 0
    assert [path for path, text in texts.items() if re.search(r"\|\s*safe\b|autoescape\s+false", text)] == []
    assert calls("Markup", "markupsafe.Markup") == []


def test_the_script_of_the_pages_makes_no_markup_and_no_code_of_text() -> None:
    dangerous = r"\beval\b|new Function|document\.write|insertAdjacentHTML|(inner|outer)HTML\s*=[^=]|srcdoc|postMessage"

    assert re.findall(dangerous, SCRIPT) == []


def test_the_script_keeps_nothing_in_the_browser_and_sets_no_key_of_anybodys_choice() -> None:
    assert re.findall(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\b", SCRIPT) == []
    assert re.findall(r"\w\[[^\]\d]+\]\s*=[^=]|__proto__|\bprototype\b", SCRIPT) == []


def test_nothing_keeps_a_password_from_being_pasted() -> None:
    assert re.findall(r"paste|clipboard|contextmenu", SCRIPT, re.IGNORECASE) == []


@pytest.mark.parametrize("name", ["runtime", "dev", "uv"])
def test_every_library_is_named_with_its_version_and_hashes(name: str) -> None:
    lock = re.sub(r"#.*", "", (ROOT / f"requirements/{name}.lock").read_text()).replace("\\\n", " ")
    entries = [line.split() for line in lock.splitlines() if line.strip()]

    assert entries
    for pinned, *hashes in entries:
        assert re.fullmatch(r"[A-Za-z0-9._\[\]-]+==[0-9][^ ;]*", pinned), pinned
        assert hashes, pinned
        assert all(each.startswith("--hash=sha256:") for each in hashes if each.startswith("--")), pinned


def test_the_installer_takes_nothing_without_its_hash() -> None:
    script = (ROOT / "deploy/local/install.sh").read_text()
    installs = re.findall(r"pip install.*", script)

    assert installs
    assert [line for line in installs if "-r requirements/" in line and "--require-hashes" not in line] == []
