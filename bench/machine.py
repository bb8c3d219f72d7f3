"""What a report was measured on."""

import os
import platform
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

DISTRIBUTION = r'^PRETTY_NAME="(.+)"$'


@dataclass(frozen=True)
class Machine:
    """load: how many processes wanted a core in the minute before."""

    processor: str
    cores: int
    memory_gb: int
    system: str
    python: str
    load: float
    measured: datetime

    def sentence(self) -> str:
        day = f"{self.measured:%d %B %Y}".lstrip("0")
        return (
            f"Measured on {day}: {self.processor}, {self.cores} cores, {self.memory_gb} GB, {self.system}, Python "
            f"{self.python}; load before it began {self.load:.1f}."
        )


def this_machine() -> Machine:
    return Machine(
        processor=_first(r"^model name\s*: (.+)$", "/proc/cpuinfo") or platform.machine(),
        cores=os.cpu_count() or 1,
        memory_gb=round(int(_first(r"^MemTotal:\s*(\d+) kB$", "/proc/meminfo")) / 1e6),
        system=f"{_first(DISTRIBUTION, '/etc/os-release')}, Linux {platform.release()}",
        python=platform.python_version(),
        load=os.getloadavg()[0],
        measured=datetime.now(UTC),
    )


def _first(pattern: str, file: str) -> str:
    found = re.search(pattern, Path(file).read_text(encoding="utf-8"), re.MULTILINE)
    return " ".join(found[1].split()) if found else ""
