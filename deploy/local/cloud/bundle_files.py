"""What the platform does with a bundle on an instance: unpacks it, and reads its Procfile and its leader's commands."""

import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import yaml  # type: ignore[import-untyped]

VENV = "/var/app/venv/*/bin/"  # where the platform installs what a bundle requires


def unpack(bundle: Path, folder: Path) -> None:
    """Put a bundle's files into a new folder, run bits and all; the folder is there when all of them are."""
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    with zipfile.ZipFile(bundle) as source:
        source.extractall(new)
        for entry in source.infolist():
            (new / entry.filename).chmod(entry.external_attr >> 16 & 0o777)
    new.rename(folder)


def processes(app: Path) -> Mapping[str, str]:
    """Name → command of each line of the Procfile."""
    lines = (app / "Procfile").read_text(encoding="utf-8").splitlines()
    return {name: command.strip() for name, _, command in (line.partition(":") for line in lines)}


def leaders_command(app: Path) -> str:
    """What one instance does for all before the release starts anywhere; the venv's programs are those on the PATH."""
    commands = [
        command["command"]
        for config in sorted((app / ".ebextensions").glob("*.config"))
        for _, command in sorted(yaml.safe_load(config.read_text("utf-8")).get("container_commands", {}).items())
        if command.get("leader_only")
    ]
    return " && ".join(command.replace(VENV, "") for command in commands)
