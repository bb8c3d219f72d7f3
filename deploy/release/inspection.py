"""What is wrong with a bundle, looked for in the zip itself, as it would show on an instance only."""

import io
import re
import shlex
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deploy.release.bundle import Bundle

MOST_BYTES = 8_000_000
NEEDED: Mapping[str, tuple[str, ...]] = {
    "web": ("Procfile", "requirements.txt", ".platform/nginx/nginx.conf", ".ebextensions/10-migrate.config"),
    "worker": ("Procfile", "requirements.txt", ".platform/nginx/nginx.conf", "cron.yaml"),
}
PROCESS = re.compile(r"^[A-Za-z0-9_-]+:\s*\S.*$")
HOOK = re.compile(r"^\.platform/(conf)?hooks/(prebuild|predeploy|postdeploy)/")
MODULE = re.compile(r"python3? -m ([\w.]+)")
RELATIVE = re.compile(r"[\w.-]+(/[\w.-]+)+")
STRANGERS = re.compile(
    r"(^|/)(tests?|bench|loadtests|\.local|\.venv|\.git|__pycache__|node_modules)/|(^|/)(test_\w+\.py|conftest\.py|\.env)$"
    r"|\.(pem|key|p12|log|sqlite|pyc|zip)$|(^|/)(secrets|demo)\.json$"
)
SECRETS = re.compile(rb"\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----")


@dataclass(frozen=True)
class _Packed:
    path: str
    data: bytes
    is_executable: bool

    @property
    def text(self) -> str:
        return self.data.decode(errors="replace")

    @property
    def is_hook(self) -> bool:
        return bool(HOOK.match(self.path))

    @property
    def is_script(self) -> bool:
        return self.is_hook or self.path.endswith(".sh")


def faults(bundle: Bundle) -> list[str]:
    """Everything that is wrong, a line each; empty when the bundle may go."""
    files = _files(bundle.data)
    missing = [f"{path} is missing" for path in NEEDED[bundle.tier] if path not in files]
    too_big = (
        [f"it has {len(bundle.data)} bytes, and {MOST_BYTES} are the most"] if len(bundle.data) > MOST_BYTES else []
    )
    return [
        *missing,
        *too_big,
        *_processes(files),
        *(line for file in files.values() for line in _of_file(file, files)),
    ]


def _files(data: bytes) -> dict[str, _Packed]:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {
            entry.filename: _Packed(entry.filename, source.read(entry), bool(entry.external_attr >> 16 & stat.S_IXUSR))
            for entry in source.infolist()
        }


def _processes(files: Mapping[str, _Packed]) -> Iterator[str]:
    """The platform takes `NAME: COMMAND` lines only, and the first process must be `web`."""
    for path in ("Procfile", "single/Procfile"):
        lines = files[path].text.splitlines() if path in files else []
        yield from (f"{path}: {line!r} is no process" for line in lines if not PROCESS.match(line))
        if path == "Procfile" and lines and not lines[0].startswith("web:"):
            yield f"{path}: the first process must be web"


def _of_file(file: _Packed, files: Mapping[str, _Packed]) -> Iterator[str]:
    if STRANGERS.search(file.path):
        yield f"{file.path} is nothing for an instance"
    if SECRETS.search(file.data):
        yield f"{file.path} has a secret in it"
    if b"\0" not in file.data and b"\r" in file.data:
        yield f"{file.path} has line ends of Windows"
    if file.is_script:
        yield from _of_script(file)
    if file.is_hook:
        yield from (f"{file.path} names {path}, which is not inside" for path in _named(file.text) if path not in files)
    if file.is_script or file.path.endswith(("Procfile", ".config")):
        named = (module for module in MODULE.findall(file.text) if not _has_module(files, module))
        yield from (f"{file.path} starts {module}, which is not inside" for module in named)


def _of_script(file: _Packed) -> Iterator[str]:
    if not file.is_executable:
        yield f"{file.path} may not be run: git update-index --chmod=+x"
    if not file.data.startswith(b"#!"):
        yield f"{file.path} does not say what runs it"


def _named(script: str) -> list[str]:
    """The relative paths among a script's words; its comments are none."""
    words = shlex.shlex(script, posix=False, punctuation_chars="<>|&;()")
    words.wordchars += "=/.:$%{}@*,+~-"
    words.quotes = ""
    found = (word.strip("\"'") for word in words)
    return sorted({word for word in found if RELATIVE.fullmatch(word)})


def _has_module(files: Mapping[str, _Packed], module: str) -> bool:
    path = module.replace(".", "/")
    return f"{path}.py" in files or f"{path}/__main__.py" in files
