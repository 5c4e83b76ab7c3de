"""No text of a file or a request forges a line of what the commands print."""

import json
import os
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from authz.cli.main import main
from tests.builders import ALICE, allow, deny
from tests.sidecar import EXAMPLE, write_account

ERASE = "\x1b[1A\x1b[2K"
FORGED = f"x\nallowed, all is well{ERASE}\u202e\u2028\x85\x9b"
APP = "qcs::im::uin/12345678:key/"


def run(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments)])


def assert_nothing_is_forged(output):
    assert not [line for line in output.splitlines() if line.lstrip().startswith("allowed, all is well")]
    assert all(line.isprintable() for line in output.split("\n"))


@pytest.mark.parametrize("kind", [("--json",), ()])
@pytest.mark.parametrize("explain", [("--explain",), ()])
@pytest.mark.parametrize(
    "arguments",
    [
        (ALICE, "im:RemoveUser", APP + FORGED),
        (ALICE, "im:RemoveUser", APP + "x", "--context", f"im:env={FORGED}"),
        (ALICE, "im:RemoveUser", APP + "x", "--context", f"im:{FORGED}=y"),
    ],
)
def test_a_question_cannot(tmp_path, arguments, explain, kind):
    policies = {
        "p": [
            allow("im:*", "*", condition={"string_equal": {"im:env": f"{FORGED}z"}}),
            deny("im:*", f"{APP}{FORGED}y", condition={"string_equal": {f"im:{FORGED}": "z"}}),
        ]
    }
    write_account(tmp_path, policies, users=[{"uin": "100001", "policies": ["p"]}])
    result = run("check", *arguments, "--source", tmp_path, *explain, *kind)
    assert result.exit_code == 1, result.output
    assert_nothing_is_forged(result.output)
    assert "all is well" in result.output


@pytest.mark.parametrize("arguments", [(f"u/{FORGED}", "im:X", "*"), (ALICE, FORGED, "*"), (ALICE, "im:X", FORGED)])
def test_a_malformed_question_cannot(arguments):
    result = run("check", *arguments, "--source", EXAMPLE)
    assert result.exit_code == 2
    assert_nothing_is_forged(result.output)


@pytest.mark.parametrize("arguments", [("a\udcff", "im:X", "*"), (ALICE, "im:X", "*", "--context", "k=\udcff")])
def test_arguments_that_are_no_text_are_refused(arguments):
    result = run("check", *arguments, "--source", EXAMPLE)
    assert result.exit_code == 2
    assert "is not valid UTF-8" in result.output


@pytest.mark.parametrize("options", [(), ("--json",)])
@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"version": "2.0", FORGED: 1, "statement": [allow("im:*")]}),
        json.dumps({"version": "2.0", "statement": [allow(FORGED)]}),
        json.dumps({"version": "2.0", "statement": [allow("im:*", f"qcs::im::{FORGED}:x")]}),
        json.dumps({"version": "2.0", "statement": [allow("im:*", f"qcs::im:::{FORGED} x y")]}),
        json.dumps({"version": "2.0", "statement": [allow("im:*", condition={FORGED: {"a": "b"}})]}),
        f'{{"version": "2.0", "{json.dumps(FORGED)[1:-1]}": 1, "{json.dumps(FORGED)[1:-1]}": 2}}',
        '{"version": "2.0" all is well\x1b[2K\u202e: 1}',
    ],
)
def test_a_policy_cannot(tmp_path, text, options):
    write_account(tmp_path, users=[{"uin": "100001", "policies": ["p"]}])
    (tmp_path / "policies").mkdir(exist_ok=True)
    (tmp_path / "policies" / "p.json").write_text(text)
    result = run("validate", tmp_path, *options)
    assert result.exit_code == 1
    assert_nothing_is_forged(result.output)


@pytest.mark.parametrize("command", ["validate", "check"])
def test_the_name_of_a_file_cannot(tmp_path, command):
    write_account(tmp_path)
    (tmp_path / "policies").mkdir(exist_ok=True)
    (tmp_path / "policies" / f"{FORGED}.json").write_text("{")
    arguments = (tmp_path,) if command == "validate" else (ALICE, "im:X", "*", "--source", tmp_path)
    result = run(command, *arguments)
    assert result.exit_code in (1, 2)
    assert_nothing_is_forged(result.output)


def test_a_name_of_bytes_is_told_too(tmp_path):
    write_account(tmp_path)
    (tmp_path / "policies").mkdir(exist_ok=True)
    with open(os.fsencode(tmp_path / "policies") + b"/\xff.json", "w") as file:  # noqa: PTH123 - a name of bytes
        file.write("{")
    assert "\\udcff.json:1: " in run("validate", tmp_path).output
    assert "\\udcff" in run("validate", tmp_path, "--json").output


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_case_cannot(tmp_path, options):
    write_account(tmp_path, users=[{"uin": "100001"}])
    case = {"name": FORGED, "principal": ALICE, "action": "im:X", "resource": APP + FORGED, "expect": "allow"}
    (tmp_path / "all.test.yaml").write_text(json.dumps({"source": ".", "tests": [case]}))
    report = tmp_path / "report.xml"
    result = run("test", tmp_path, "--junit", report, *options)
    assert result.exit_code == 1
    assert_nothing_is_forged(result.output)
    (found,) = ET.parse(report).getroot().iter("testcase")  # which it is not, with a control character in it
    assert "all is well" in found.get("name")


def test_a_file_of_cases_that_is_not_utf_8_is_told_with_its_line(tmp_path):
    path = tmp_path / "all.test.yaml"
    path.write_bytes(b"source: .\ntests: [\xff]\n")
    result = run("test", path)
    assert result.exit_code == 2
    assert result.output == f"{path}:2: InvalidEncoding: the file is not valid UTF-8; save it as UTF-8\n"
