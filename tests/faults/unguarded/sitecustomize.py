"""Python imports this at its start when its folder is on PYTHONPATH: with WITHOUT_GUARD, one guard's code is changed.

The text of the guard's module is changed as it is loaded, in every process that a test starts and in the test's own;
no file is written. A guard that is not found any more ends the process: `tests/faults/guards.py` is out of date then.
"""

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.guards import Guard


class Changed(SourceFileLoader):
    """Compiles the changed text, past the cache of compiled files."""

    guard: "Guard"

    def get_code(self, fullname: str) -> CodeType:
        text = self.get_source(fullname) or ""
        if text.count(self.guard.there) != 1:
            sys.stderr.write(f"{fullname}: the guard is not there: {self.guard.there}\n")
            os._exit(70)
        return compile(text.replace(self.guard.there, self.guard.instead), self.path, "exec")


class Finder(MetaPathFinder):
    def __init__(self, guard: "Guard") -> None:
        self._guard = guard

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._guard.module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            loader = Changed(fullname, spec.origin)
            loader.guard = self._guard
            spec.loader = loader
        return spec


def take_out(name: str) -> None:
    from tests.faults.guards import GUARDS

    sys.meta_path.insert(0, Finder(GUARDS[name]))


if os.environ.get("WITHOUT_GUARD"):
    sys.path.append(os.environ["CHECKOUT"])
    take_out(os.environ["WITHOUT_GUARD"])
