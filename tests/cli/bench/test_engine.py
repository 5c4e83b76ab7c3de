from authz.cli.bench.engine import questions_of
from authz.sources.directory.source import DirectorySource
from tests.sidecar import EXAMPLE


def test_every_user_who_holds_a_policy_is_asked_about_what_it_speaks_of():
    account = DirectorySource(EXAMPLE).load("12345678")
    requests = list(questions_of(account, users=100))
    without = {user.uin for user in account.users.values() if not user.policies and not user.groups}
    assert {request.principal.name for request in requests} == account.users.keys() - without
    assert {request.resource.text for request in requests} >= {"*", "qcs::im::uin/12345678:sdkappid/1400000001"}


def test_no_more_users_are_asked_than_wanted():
    account = DirectorySource(EXAMPLE).load("12345678")
    assert len({request.principal.name for request in questions_of(account, users=2)}) == 2
