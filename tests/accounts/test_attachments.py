import pytest
from hypothesis import given

from authz.accounts.attachments import Name, parse_attachments
from authz.language.report import Report, path_text
from tests import strategies

TRUST = {
    "version": "2.0",
    "statement": {"effect": "allow", "action": "sts:AssumeRole", "principal": {"qcs": ["qcs::cam::uin/1:root"]}},
}


def read(**members):
    """The attachments and the mistakes, as pairs of code and JSON path, of a file with account 12345678."""
    report = Report()
    parsed = parse_attachments({"account": "12345678", **members}, report)
    return parsed, [(finding.code, path_text(finding.path)) for finding in report.findings]


def mistakes(**members):
    return read(**members)[1]


def user(**members):
    return {"users": [{"uin": "100001", **members}]}


def role(**members):
    return {"roles": [{"name": "ci", "trust": TRUST, **members}]}


def test_every_key_of_the_contract_is_read():
    parsed, found = read(
        app_id="1250000000",
        users=[
            {
                "uin": "100001",
                "name": "alice",
                "groups": ["sms-ops"],
                "policies": ["a", "QcloudIMReadOnlyAccess"],
                "boundary": "b",
                "tags": {"dept": "ops"},
            }
        ],
        groups=[{"name": "sms-ops", "policies": ["c"]}],
        roles=[{"name": "ci", "policies": ["a"], "trust": TRUST, "boundary": "b", "tags": {"x": 1}}],
    )
    assert found == []
    assert (parsed.account, parsed.app_id) == ("12345678", "1250000000")
    (alice,), (team,), (ci,) = parsed.users, parsed.groups, parsed.roles
    assert (alice.key, alice.name, alice.tags) == ("100001", "alice", (("dept", "ops"),))
    assert [name.text for name in alice.policies] == ["a", "QcloudIMReadOnlyAccess"]
    assert alice.groups == (Name("sms-ops", ("users", 0, "groups", 0)),)
    assert alice.boundary == Name("b", ("users", 0, "boundary"))
    assert (team.key, team.policies[0].text) == ("sms-ops", "c")
    assert (ci.key, ci.boundary.text, ci.tags) == ("ci", "b", (("x", "1"),))
    assert ci.trust.statements[0].principals.qcs == ("qcs::cam::uin/1:root",)


def test_an_account_may_be_empty():
    parsed, found = read()
    assert found == []
    assert (parsed.users, parsed.groups, parsed.roles) == ((), (), ())


@pytest.mark.parametrize("empty", [None, []])
def test_a_section_without_entries_is_empty(empty):
    assert mistakes(users=empty, groups=empty, roles=empty) == []


@pytest.mark.parametrize("value", [None, [], "12345678", 12345678])
def test_the_file_is_an_object(value):
    report = Report()
    parse_attachments(value, report)
    assert [finding.code for finding in report.findings] == ["InvalidAttachments"]


def test_a_uin_may_be_written_without_quotes():
    parsed, found = read(account=12345678, users=[{"uin": 100001}])
    assert (found, parsed.account, parsed.users[0].key) == ([], "12345678", "100001")


@pytest.mark.parametrize("number", ["", "0", "012", "12a", " 12", "12\n", -1, 1.5, True, [], {}, "1" * 21, "1٢٣"])
def test_a_uin_is_digits_only_and_starts_with_none_that_is_0(number):
    assert mistakes(account=number) == [("InvalidUin", "$.account")]
    assert mistakes(app_id=number) == [("InvalidUin", "$.app_id")]
    assert mistakes(users=[{"uin": number}]) == [("InvalidUin", "$.users[0].uin")]


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"account": None}, "$"),
        ({"users": [{"name": "alice"}]}, "$.users[0]"),
        ({"groups": [{"policies": []}]}, "$.groups[0]"),
        ({"roles": [{"trust": TRUST}]}, "$.roles[0]"),
        ({"roles": [{"name": "ci"}]}, "$.roles[0]"),
    ],
)
def test_a_missing_required_key_is_reported(members, place):
    assert mistakes(**members) == [("MissingKey", place)]


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"Account": "1"}, "$.Account"),
        ({"policies": []}, "$.policies"),
        (user(policy=["a"]), "$.users[0].policy"),
        (user(trust=TRUST), "$.users[0].trust"),
        ({"groups": [{"name": "g", "groups": []}]}, "$.groups[0].groups"),
        ({"groups": [{"name": "g", "boundary": "b"}]}, "$.groups[0].boundary"),
        (role(uin="1"), "$.roles[0].uin"),
        (role(groups=[]), "$.roles[0].groups"),
    ],
)
def test_an_unknown_key_is_a_mistake(members, place):
    # files-and-commands: unknown key
    assert mistakes(**members) == [("UnknownKey", place)]


@pytest.mark.parametrize(
    ("members", "mistake"),
    [
        ({"users": [{"uin": "7"}, {"uin": "8"}, {"uin": 7}]}, ("DuplicateUin", "$.users[2].uin")),
        ({"groups": [{"name": "g"}, {"name": "g"}]}, ("DuplicateGroup", "$.groups[1].name")),
        ({"roles": [role()["roles"][0]] * 2}, ("DuplicateRole", "$.roles[1].name")),
    ],
)
def test_a_duplicate_is_a_mistake(members, mistake):
    # files-and-commands: duplicate uin
    assert mistakes(**members) == [mistake]


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"users": {}}, "$.users"),
        ({"groups": "sms-ops"}, "$.groups"),
        ({"roles": 1}, "$.roles"),
        ({"users": ["100001"]}, "$.users[0]"),
        (user(policies="a"), "$.users[0].policies"),
        (user(policies=["a", ""]), "$.users[0].policies[1]"),
        (user(policies=[None]), "$.users[0].policies[0]"),
        (user(groups={"g": 1}), "$.users[0].groups"),
        (user(groups=[True]), "$.users[0].groups[0]"),
        (user(boundary=["b"]), "$.users[0].boundary"),
        (user(boundary=""), "$.users[0].boundary"),
        (user(name=["alice"]), "$.users[0].name"),
        (user(tags=["dept"]), "$.users[0].tags"),
        (user(tags={"dept": ["ops"]}), "$.users[0].tags"),
        (role(name="a b"), "$.roles[0].name"),
        (role(name="a/b"), "$.roles[0].name"),
        (role(name="a:b"), "$.roles[0].name"),
    ],
)
def test_a_value_of_the_wrong_kind_is_a_mistake_at_its_place(members, place):
    assert mistakes(**members) == [("InvalidAttachments", place)]


def test_every_problem_of_a_trust_policy_is_reported_inside_the_attachments():
    broken = {"version": "1.0", "statement": {"effect": "allow", "action": "sts:AssumeRole"}}
    assert mistakes(**role(trust=broken)) == [
        ("InvalidParameter.VersionError", "$.roles[0].trust.version"),
        ("InvalidParameter.PrincipalError", "$.roles[0].trust.statement"),
    ]


def test_all_mistakes_of_a_file_are_reported_at_once():
    assert mistakes(account="x", users=[{}, 1], colour="red") == [
        ("UnknownKey", "$.colour"),
        ("InvalidUin", "$.account"),
        ("MissingKey", "$.users[0]"),
        ("InvalidAttachments", "$.users[1]"),
    ]


@given(strategies.nearly_attachments() | strategies.attachment_like_values)
def test_no_value_makes_the_reader_fail_in_any_other_way_than_by_reporting(value):
    report = Report()
    parsed = parse_attachments(value, report)
    assert parsed.account or report.findings


def test_a_trust_policy_is_no_longer_than_any_other():
    # cam-language 1.5: 6144 characters, blanks not counted
    statement = {"effect": "allow", "action": "sts:" + "x" * 6200, "principal": {"qcs": ["*"]}}
    trust = {"version": "2.0", "statement": [statement]}
    found = mistakes(roles=[{"name": "ci", "trust": trust}])
    assert ("InvalidParameter.PolicyDocumentLengthOverLimit", "$.roles[0].trust") in found
