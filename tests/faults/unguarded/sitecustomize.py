"""Python imports this at its start when its folder is on PYTHONPATH: it changes a little of the shop's code.

With WITHOUT_GUARD one guard is taken out, with PLANTED a fault is put in. The text of a module is changed as it is
loaded, in every process that a test starts and in the test's own; no file is written. A text that is not found any more
ends the process: `tests/faults/guards.py` or `tests/planted/faults.py` is out of date then.
"""

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.guards import Change


class Changed(SourceFileLoader):
    """Compiles the changed text, past the cache of compiled files."""

    change: "Change"

    def get_code(self, fullname: str) -> CodeType:
        text = self.get_source(fullname) or ""
        if text.count(self.change.there) != 1:
            sys.stderr.write(f"{fullname}: the text is not there: {self.change.there}\n")
            os._exit(70)
        return compile(text.replace(self.change.there, self.change.instead), self.path, "exec")


class Finder(MetaPathFinder):
    def __init__(self, change: "Change") -> None:
        self._change = change

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._change.module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            loader = Changed(fullname, spec.origin)
            loader.change = self._change
            spec.loader = loader
        return spec


def changes() -> Sequence["Change"]:
    """What the environment asks for."""
    if guard := os.environ.get("WITHOUT_GUARD"):
        from tests.faults.guards import GUARDS

        return (GUARDS[guard],)
    if fault := os.environ.get("PLANTED"):
        from tests.planted.faults import PLANTED

        return PLANTED[fault]
    return ()


if "CHECKOUT" in os.environ:
    sys.path.append(os.environ["CHECKOUT"])
    sys.meta_path[:0] = map(Finder, changes())
