import pytest

from authz.pull.errors import PullError
from authz.pull.journal import Journal
from authz.pull.listing import ChangedError
from authz.pull.reading import ATTEMPTS, read_account
from tests.builders import ROOT_UIN, allow, document
from tests.control.directories import quiet

POLICY = {"PolicyId": 1000001, "PolicyName": "p", "Type": 1}
NONE = {"PolicyId": None, "PolicyName": None, "PolicyDocument": None}


class Cam:
    """Answers of CAM by action; a change is another answer. Every call is noted."""

    def __init__(self, **answers):
        self.calls = []
        self.answers = {
            "GetUserAppId": {"OwnerUin": ROOT_UIN, "AppId": 9},
            "ListUsers": {"Data": [{"Uin": 100001, "Name": "alice"}]},
            "ListGroups": {"TotalNum": 0, "GroupInfo": []},
            "DescribeRoleList": {"TotalNum": 0, "List": None},
            "ListPolicies": {"TotalNum": 1, "List": [POLICY]},
            "GetPolicy": {**POLICY, "PolicyDocument": document(allow("name/im:*"))},
            "ListAttachedUserPolicies": {"TotalNum": 1, "List": [{"PolicyId": 1000001, "OperateUin": "5"}]},
            "GetUserPermissionBoundary": NONE,
            **answers,
        }

    def __call__(self, action, parameters):
        self.calls.append(action)
        answer = self.answers[action]
        return answer(parameters) if callable(answer) else answer


def read(cam, told=None):
    """The account as it is read."""
    return read_account(cam, "http://cam", Journal(None), quiet, [].append if told is None else told.append)


def test_an_account_is_read_with_the_ids_of_cam():
    pulled = read(Cam())
    assert (pulled.account.uin, pulled.account.app_id) == (ROOT_UIN, "9")
    assert [(each.uin, each.name, each.boundary_id) for each in pulled.users] == [("100001", "alice", None)]
    assert [(each.id, each.record.name) for each in pulled.policies] == [(1000001, "p")]
    assert [(each.holder_id, each.policy_id, each.attached_by) for each in pulled.attachments] == [
        ("100001", 1000001, "uin/5")
    ]


def test_all_pages_of_a_list_are_read():
    rows = [{"PolicyId": 1000001 + each, "PolicyName": f"p{each}", "Type": 1} for each in range(450)]

    def page(parameters):
        first = (parameters["Page"] - 1) * parameters["Rp"]
        return {"TotalNum": 450, "List": rows[first : first + parameters["Rp"]]}

    cam = Cam(
        ListPolicies=page, GetPolicy=lambda asked: {"PolicyName": f"p{asked['PolicyId']}", "PolicyDocument": "{}"}
    )
    assert len(read(cam).policies) == 450
    assert cam.calls.count("ListPolicies") == 6  # three pages, before and after all else


def test_a_boundary_that_no_list_has_is_read_as_a_policy():
    def policy(asked):
        return {"PolicyName": f"p-{asked['PolicyId']}", "Type": 1, "PolicyDocument": "{}"}

    pulled = read(Cam(GetUserPermissionBoundary={"PolicyId": 77, "PolicyName": "bound"}, GetPolicy=policy))
    assert (pulled.users[0].boundary_id, [each.id for each in pulled.policies]) == (77, [1000001, 77])


def test_an_account_that_changes_while_it_is_read_is_read_again():
    told, cam = [], Cam()

    def policy(asked):
        if cam.calls.count("GetPolicy") == 1:
            cam.answers["ListPolicies"] = {"TotalNum": 1, "List": [{**POLICY, "UpdateTime": "2026-01-01 00:00:00"}]}
        return {**POLICY, **asked, "PolicyDocument": f"text {cam.calls.count('GetPolicy')}"}

    cam.answers["GetPolicy"] = policy
    assert [each.document for each in read(cam, told).policies] == ["text 2"]
    assert told == ["the account was changed while it was read (its lists are not as they were); it is read again"]


def test_an_account_that_never_rests_is_an_error():
    cam = Cam()

    def users(_):
        return {"Data": [{"Uin": 100001, "Name": "alice", "Remark": str(len(cam.calls))}]}

    cam.answers["ListUsers"] = users
    with pytest.raises(ChangedError, match="the account changes while it is read"):
        read(cam)
    assert cam.calls.count("ListUsers") == 2 * ATTEMPTS


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"GetUserAppId": {}}, "answered GetUserAppId without `OwnerUin`"),
        ({"ListUsers": {"Data": [{"Name": "x"}]}}, "answered ListUsers without `Uin`"),
        ({"ListUsers": {"Data": "x"}}, "answered `Data` that is not a list of objects"),
        ({"ListUsers": {"Data": [{"Uin": 1, "Uid": "x"}]}}, "answered `Uid` that is not a whole number"),
        ({"ListGroups": {"TotalNum": 5, "GroupInfo": []}}, "ListGroups answered 0 rows of 5"),
        ({"GetUserPermissionBoundary": {"PolicyDocument": "{}"}}, "boundary without the id of its policy"),
        ({"ListAttachedUserPolicies": {"TotalNum": 1, "List": [{}]}}, "attached policies without `PolicyId`"),
    ],
)
def test_an_answer_that_is_malformed_is_an_error_and_never_guessed(answers, message):
    with pytest.raises(PullError, match=message):
        read(Cam(**answers))
