"""What a database cannot hold is refused with its place."""

import pytest

from authz.app.transfer import DETAILS, DirectoryImport
from authz.errors import InvalidAccountError
from tests.builders import allow, document
from tests.control.directories import quiet, small


@pytest.mark.parametrize(
    ("details", "place", "message"),
    [
        ("users:\n  '100001':\n    uid: x\n", 3, "InvalidDetails: `uid` must be a whole number from 1 up"),
        ("users:\n  '100001':\n    password: x\n", 3, "UnknownKey: unknown key `password`; expected one of uid"),
        ("policies:\n  p:\n    id: 1\n", 3, "InvalidDetails: `id` must be a whole number from 1000001 up"),
        ("policies:\n  p:\n    versions:\n      2: {}\n", 4, "InvalidDetails: version 2 needs `document`"),
        ("policies:\n  p:\n    versions:\n      x: {}\n", 4, "InvalidDetails: `x` is not the number of a version"),
        ("policies:\n  p: []\n", 2, "InvalidDetails: expected an object"),
        ("policies: []\n", 1, "InvalidDetails: `policies` must be an object"),
        ("roles:\n  ci:\n    id: '0'\n", 3, "InvalidDetails: `id` must be the id of a role"),
        ("account:\n  created_at: never\n", 2, "InvalidDetails: `created_at` must be a time"),
        ("account: {\n", 2, "InvalidYaml: "),
        (
            "policies:\n  p:\n    versions:\n      1: {}\n      2:\n        document: '{'\n", 6,
            "InvalidParameter.PolicyDocumentError: line 1 of the document: ",
        ),
        (
            "policies:\n  p:\n    versions:\n      1: {}\n      2:\n        document: '"
            + document(allow("im:*", "qcs::im::uin/1:sdkappid/1"))
            + "'\n",
            6,
            "InvalidParameter.ResourceUinError: line 1 of the document: ",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_the_details_is_reported_with_its_place(tmp_path, details, place, message):
    directory = small(tmp_path / "d")
    directory.joinpath(DETAILS).write_text(details)
    with pytest.raises(InvalidAccountError) as caught:
        DirectoryImport(directory).check(quiet)
    assert caught.value.lines[0].startswith(f"{directory / DETAILS}:{place}: {message}"), caught.value.lines


def test_names_that_differ_in_case_alone_are_refused(tmp_path):
    groups = [{"name": "ops"}, {"name": "Ops"}]
    directory = small(tmp_path / "d", groups=groups)
    directory.joinpath("policies", "P.json").write_text(document(allow("im:*")))
    with pytest.raises(InvalidAccountError) as caught:
        DirectoryImport(directory).check(quiet)
    assert [problem.code for problem in caught.value.problems] == ["DuplicateName", "DuplicateName"]
    assert "`Ops` and `ops` are one name; rename one among the groups" in caught.value.lines[0]
    assert f"{directory}/policies/p.json:1: " in caught.value.lines[1]
