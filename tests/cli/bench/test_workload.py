from authz.cli.bench.workload import write_accounts
from authz.sources.directory.source import DirectorySource


def test_accounts_made_for_measuring_are_whole(tmp_path):
    write_accounts(tmp_path, accounts=2, users=3, policies=4)
    source = DirectorySource(tmp_path)
    accounts = [source.load(key) for key in source.inventory().keys]
    assert [(len(each.users), len(each.policies)) for each in accounts] == [(3, 4), (3, 4)]
    assert {len(user.policies) for each in accounts for user in each.users.values()} == {3}
