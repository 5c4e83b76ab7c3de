"""Results as JUnit XML, which build servers read."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from authz.cli.policy_tests.runner import Result


def write_junit(path: Path, files: Sequence[tuple[Path, Sequence[Result]]]) -> None:
    """One test suite for each case file."""
    root = ET.Element("testsuites")
    for file, results in files:
        failures = sum(not result.is_passed for result in results)
        attributes = {"name": str(file), "tests": str(len(results)), "failures": str(failures), "errors": "0"}
        suite = ET.SubElement(root, "testsuite", attributes)
        for result in results:
            case = ET.SubElement(suite, "testcase", {"name": result.case.name, "classname": str(file)})
            if not result.is_passed:
                failure = ET.SubElement(case, "failure", {"message": result.why})
                failure.text = f"{file}:{result.case.line}: {result.why}"
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
