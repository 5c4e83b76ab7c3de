"""The policy generator as a conversation on a terminal."""

import json

import pytest

from tests.cli.databases import answer, run


def talk(*answers, **more):
    return run("policies", "generate", "--interactive", stdin="\n".join([*answers, ""]), **more)


@pytest.mark.usefixtures("url")
def test_two_statements_are_chosen_by_searching():
    result = talk(
        "allow", "messaging", "1", "*", "*", "n", "y",
        "deny", "im", "remove user", "1", "n", "qcs::im::uin/12345678:sdkappid/1400000001", "n", "n",
        "im-app", "y",
    )  # fmt: skip
    assert "   1  im  Instant Messaging" in result.stderr
    assert "1. Allow all IM actions on everything" in result.stderr
    assert "2. Deny IM action " in result.stderr
    statements = json.loads(answer("policies", "show", "im-app")["policy_document"])["statement"]
    assert [each["effect"] for each in statements] == ["allow", "deny"]
    assert statements[1]["resource"] == ["qcs::im::uin/12345678:sdkappid/1400000001"]


@pytest.mark.usefixtures("url")
def test_a_resource_of_another_account_is_asked_for_again():
    result = talk(
        "allow", "sms", "SendSms", "n", "qcs::sms::uin/1:app/1", "qcs::sms::uin/12345678:app/1400000001", "n", "n",
        "sms-app", "y",
    )  # fmt: skip
    assert "belongs to account 1, not to 12345678" in result.stderr
    assert answer("policies", "show", "sms-app")["sentences"] == ["Allow SMS action SendSms on application 1400000001"]


@pytest.mark.usefixtures("url")
def test_a_condition_that_is_wrong_is_asked_for_again():
    talk(
        "allow", "im", "*", "*",
        "y", "ip_equals", "qcs:ip", "10.0.0.0/8", "ip_equal", "qcs:ip", "10.0.0.0/8", "n", "n",
        "office", "y",
    )  # fmt: skip
    assert answer("policies", "show", "office")["sentences"] == [
        "Allow all IM actions on everything if qcs:ip is in 10.0.0.0/8"
    ]


@pytest.mark.usefixtures("url")
def test_actions_of_a_service_that_the_catalogue_lacks_are_typed():
    talk("allow", "cos", "Put* GetObject", "*", "n", "n", "cos", "y")
    document = json.loads(answer("policies", "show", "cos")["policy_document"])
    assert document["statement"][0]["action"] == ["name/cos:Put*", "name/cos:GetObject"]


@pytest.mark.usefixtures("url")
def test_at_the_end_nothing_need_be_created():
    result = talk("allow", "im", "*", "*", "n", "n", "unwanted", "n")
    assert '"name/im:*"' in result.stdout
    assert run("policies", "list", "--search", "unwanted").stdout == "none\n"


def test_an_end_of_the_input_creates_nothing(url):
    talk("allow", "im", status=1)
    assert run("changes", url, "--since", "1").stdout == ""
