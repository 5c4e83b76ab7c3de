from authz.control.quotas import DEFAULT_QUOTAS


def test_the_default_quotas_are_those_that_cam_publishes():
    # cam-language 1.5; rates and daily quotas are off by default (contract)
    quotas = DEFAULT_QUOTAS
    assert (quotas.policies, quotas.versions_of_a_policy, quotas.attachments_of_a_holder) == (1500, 5, 200)
    assert (quotas.groups, quotas.users, quotas.roles) == (300, 1000, 1000)
    assert (quotas.groups_of_a_user, quotas.users_of_a_group, quotas.keys_of_a_user) == (10, 100, 2)
    assert quotas.users_a_day is None
