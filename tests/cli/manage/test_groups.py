"""User groups by hand."""

import pytest

from tests.cli.databases import answer, run


@pytest.mark.usefixtures("any_url")
def test_the_flow_of_a_group(refused):
    made = answer("groups", "create", "night shift", "--remark", "nights")
    assert run("groups", "add", "night shift", "alice", "100002").stdout.startswith(
        "users alice, bob are in group night shift; in force from revision "
    )
    run("groups", "attach", made["group_id"], "QcloudSMSFullAccess", "sms-operations")
    shown = run("groups", "show", made["group_id"]).stdout
    assert "members:       alice, bob\n" in shown
    assert "policies:      QcloudSMSFullAccess, sms-operations\n" in shown
    run("groups", "detach", "NIGHT SHIFT", "sms-operations")
    assert "user bob is not in group" in run("groups", "remove", "night shift", "bob").stdout
    value = answer("groups", "show", "night shift")
    assert [each["name"] for each in value["members"]] == ["alice"]
    assert [each["policy_name"] for each in value["policies"]] == ["QcloudSMSFullAccess"]
    run("groups", "update", "night shift", "--name", "nights", "--remark", "")
    assert [each["group_name"] for each in answer("groups", "list", "--search", "NIGHT")["groups"]] == ["nights"]
    run("groups", "delete", "nights")
    assert refused("groups", "show", "nights") == "account 12345678 has no group `nights`"
    assert answer("users", "show", "alice")["groups"] == []


@pytest.mark.usefixtures("url")
def test_all_users_or_none_join_a_group(refused):
    assert refused("groups", "add", "department-a", "alice", "none") == "account 12345678 has no user `none`"
    assert answer("users", "show", "alice")["groups"] == []
