"""Results of policy tests as JUnit XML, which build servers read.

XML cannot represent most control characters, so all of them are escaped as on the terminal.
"""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from authz.cli.policy_tests.runner import Result
from authz.printable import printable


def write_junit(path: Path, files: Sequence[tuple[Path, Sequence[Result]]]) -> None:
    """One test suite for each case file."""
    root = ET.Element("testsuites")
    for file, results in files:
        failures = sum(not result.is_passed for result in results)
        name = printable(str(file))
        attributes = {"name": name, "tests": str(len(results)), "failures": str(failures), "errors": "0"}
        suite = ET.SubElement(root, "testsuite", attributes)
        for result in results:
            case = ET.SubElement(suite, "testcase", {"name": printable(result.case.name), "classname": name})
            if not result.is_passed:
                why = printable(result.why)
                failure = ET.SubElement(case, "failure", {"message": why})
                failure.text = f"{name}:{result.case.line}: {why}"
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
