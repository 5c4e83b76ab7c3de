"""The numbered behaviours of the source documents, each asked over gRPC of a running sidecar."""

import pytest
from click.testing import CliRunner

from authz.catalog.catalog import load_catalog
from authz.cli.main import main
from tests.builders import APP_0, APP_1, APP_2, allow, deny, document, sms_app
from tests.sidecar import EXAMPLE, Sidecar, eventually, reason, user, write_account

APPS = (APP_0, APP_1, APP_2)
ALICE, BOB, CAROL, DAVE, ERIN, FRANK, GRACE, HEIDI, IVAN, JUDY, KIM, LEO = map(user, range(100001, 100013))
ROOT = "qcs::cam::uin/12345678:root"
SMS_1, SMS_2 = sms_app(1400000001), sms_app(1400000002)


@pytest.fixture(scope="module")
def example(transport):  # noqa: ARG001 - it is set for the process
    with Sidecar(EXAMPLE) as running:
        yield running


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    """A sidecar that answers for the holder of any policy that a test writes down."""
    with Policies(tmp_path_factory.mktemp("policies")) as running:
        yield running


class Policies:
    """A sidecar on an account that gets a user for every policy that a test asks for."""

    def __init__(self, folder):
        self._folder = folder
        self._documents = {}
        write_account(folder, users=[{"uin": "1"}], app_id="1250000000")
        self._sidecar = Sidecar(folder)

    def __enter__(self):
        self._sidecar.__enter__()
        return self

    def __exit__(self, *error):
        self._sidecar.__exit__(*error)

    def allows(self, written, action, *resources):
        """What the holder of a policy, given as statements or text, may do the action on."""
        text = written if isinstance(written, str) else document(*written)
        number = self._holder(text)
        return [self._sidecar.check(user(number), action, resource).allowed for resource in resources or ("*",)]

    def _holder(self, text):
        if text not in self._documents:
            self._documents[text] = 200001 + len(self._documents)
            users = [{"uin": str(uin), "policies": [f"p{uin}"]} for uin in self._documents.values()]
            documents = {f"p{uin}": body for body, uin in self._documents.items()}
            write_account(self._folder, documents, users=users, app_id="1250000000")
            eventually(lambda: reason(self._sidecar.check(user(self._documents[text]), "x:Y")) != "UNKNOWN_PRINCIPAL")
        return self._documents[text]


def refusal(tmp_path, text):
    """What `authz validate` says of a policy."""
    write_account(tmp_path, {"p": text}, users=[{"uin": "100001", "policies": ["p"]}])
    return CliRunner().invoke(main, ["validate", str(tmp_path)]).output


def test_item_1_root_may_do_everything_on_its_own_applications_without_a_policy(example):
    assert all(example.check(ROOT, "im:DeleteSdkappid", app).allowed for app in APPS)
    assert reason(example.check(user(12345678), "sms:SendSms")) == "ROOT_ACCOUNT"


def test_item_2_a_sub_account_without_policy_is_denied_everything(example):
    assert not any(example.check(LEO, "im:DescribeSdkAppInfo", app).allowed for app in APPS)


def test_item_5_a_policy_of_a_group_reaches_its_members_as_long_as_they_are_members(tmp_path):
    groups = [{"name": "g", "policies": ["QcloudSMSFullAccess"]}]
    write_account(tmp_path, users=[{"uin": "100001", "groups": ["g"]}], groups=groups)
    with Sidecar(tmp_path) as sidecar:
        assert sidecar.check(ALICE, "sms:SendSms").statement.attached_to == "group/g"
        write_account(tmp_path, users=[{"uin": "100001"}], groups=groups)
        eventually(lambda: not sidecar.check(ALICE, "sms:SendSms").allowed)


def test_item_15_granularity_ends_at_the_application(policies):
    deeper = "qcs::im::uin/12345678:sdkappid/1400000001/group/x"
    assert policies.allows([allow("im:*", deeper)], "im:AddUser", APP_1) == [False]


@pytest.mark.parametrize("version", ['"1.0"', "2.0", None])
def test_item_16_the_only_version_is_2_0(tmp_path, version):
    head = "" if version is None else f'"version": {version}, '
    text = f'{{{head}"statement": {{"effect": "allow", "action": "*", "resource": "*"}}}}'
    assert "InvalidParameter.VersionError" in refusal(tmp_path, text)


def test_item_17_every_statement_of_a_policy_counts(policies):
    both = [allow("im:A", APP_1), allow("im:B", APP_2)]
    assert policies.allows(both, "im:A", APP_1, APP_2) == [True, False]
    assert policies.allows(both, "im:B", APP_1, APP_2) == [False, True]


def test_item_18_the_effect_is_allow_or_deny(tmp_path):
    assert "InvalidParameter.EffectError" in refusal(tmp_path, document({**allow("*"), "effect": "permit"}))


@pytest.mark.parametrize("action", [["im:AddUser"], "im:AddUser", "*"])
def test_item_19_an_action_is_a_list_a_string_or_a_star(policies, action):
    assert policies.allows([allow(action, APP_1)], "im:AddUser", APP_1) == [True]


@pytest.mark.parametrize("action", ["name/im:*", "im:Describe*", "name/im:Describe*", "im:*App*", "*:*", "name/*:*"])
def test_item_20_actions_with_and_without_prefix_and_with_wildcards_anywhere(policies, action):
    assert policies.allows([allow(action)], "im:DescribeSdkAppInfo", APP_1) == [True]
    assert policies.allows([allow(action)], "name/im:DescribeSdkAppInfo", APP_1) == [True]


def test_item_21_of_several_actions_each_is_allowed_and_no_other(example):
    allowed = ["im:DescribeAppStatList", "im:DescribeTrtcAppAndAccountInfo"]
    assert [example.check(ERIN, action, APP_0).allowed for action in [*allowed, "im:DescribeSdkAppInfo"]] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("resource", ["qcs::im::uin/12345678", "qcs::im::uin/12345678:sdkappid/1:x", "im:x", ""])
def test_item_22_a_resource_has_six_segments(tmp_path, resource):
    output = refusal(tmp_path, document(allow("im:*", resource)))
    assert "InvalidParameter.ResourceQcsError" in output or "InvalidParameter.ResourceError" in output


def test_item_23_all_one_or_several_applications(policies):
    every, one, several = "qcs::im::uin/12345678:sdkappid/*", [APP_1], [APP_0, APP_1]
    counts = [
        sum(policies.allows([allow("im:*", resource)], "im:AddUser", *APPS)) for resource in (every, one, several)
    ]
    assert counts == [3, 1, 2]


def test_item_24_empty_segments(policies, tmp_path):
    short = [allow("im:*", "qcs::im:::sdkappid/1400000001")]
    assert policies.allows(short, "im:AddUser", APP_1, "qcs::im::uin/87654321:sdkappid/1400000001") == [True, False]
    assert policies.allows([allow("*", "qcs:::::sdkappid/1400000001")], "im:AddUser", APP_1) == [True]
    assert policies.allows([allow("*", "qcs::cvm:::instance/1")], "cvm:X", "qcs::cvm:gz::instance/1") == [True]
    assert "InvalidParameter.ResourceProjectError" in refusal(
        tmp_path, document(allow("*", "qcs:id/0:im:::sdkappid/1"))
    )


def test_item_25_sms_names_its_applications_alike(policies):
    every, one = "qcs::sms::uin/12345678:app/*", SMS_1
    assert policies.allows([allow("sms:*", every)], "sms:DescribeAppInfo", SMS_1, SMS_2) == [True, True]
    assert policies.allows([allow("sms:*", one)], "sms:DescribeAppInfo", SMS_1, SMS_2) == [True, False]


@pytest.mark.parametrize(("variable", "value"), [("uin", None), ("owner_uin", "12345678"), ("app_id", "1250000000")])
def test_item_27_variables_are_replaced_at_evaluation(policies, variable, value):
    written = [allow("cmqqueue:*", f"qcs::cmqqueue:::queueName/uin/${{{variable}}}/q")]
    held = value or str(policies._holder(document(*written)))
    ask = [f"qcs::cmqqueue:gz::queueName/uin/{number}/q" for number in (held, "999")]
    assert policies.allows(written, "cmqqueue:SendMessage", *ask) == [True, False]


PUBLISHED_SMS = document(
    allow(["name/SMS:*"], [SMS_1, SMS_2]),
    deny(["name/SMS: DeleteAppInfo "], [SMS_1.replace("sms", "SMS", 1)]),
)


def test_item_31_the_published_sms_example_with_its_case_and_blanks(policies):
    assert policies.allows(PUBLISHED_SMS, "sms:DeleteAppInfo", SMS_1, SMS_2) == [False, True]
    assert policies.allows(PUBLISHED_SMS, "sms:DescribeAppInfo", SMS_1, SMS_2) == [True, True]


def test_item_33_a_policy_names_resources_of_its_own_root_only(tmp_path):
    output = refusal(tmp_path, document(allow("im:*", "qcs::im::uin/87654321:sdkappid/1")))
    assert "p.json:1: InvalidParameter.ResourceUinError" in output


def test_item_34_without_a_policy_the_answer_is_no(example):
    assert reason(example.check(LEO, "sms:SendSms")) == "NO_MATCHING_ALLOW"


def test_item_35_a_direct_policy_or_one_of_a_group_suffices(example):
    assert example.check(FRANK, "im:AddUser", APP_1).statement.attached_to == "user/100006"
    assert example.check(HEIDI, "sms:SendSms").statement.attached_to == "group/department-a"


def test_item_36_deny_wins_over_allow(example):
    assert [example.check(ALICE, "im:RemoveUser", app).allowed for app in APPS] == [False, False, True]
    assert [example.check(ALICE, "im:AddUser", app).allowed for app in APPS] == [False, True, True]
    assert reason(example.check(ALICE, "im:RemoveUser", APP_1)) == "EXPLICIT_DENY"


def test_item_37_the_generator_example_gives_the_same_on_one_application(example):
    assert [example.check(BOB, "im:RemoveUser", app).allowed for app in APPS] == [False, False, False]
    assert [example.check(BOB, "im:AddUser", app).allowed for app in APPS] == [False, True, False]


def test_item_38_a_grant_on_one_application_does_not_cover_operation_level_apis(policies):
    written = [allow("name/sms:*", SMS_1)]
    assert policies.allows(written, "sms:ModifyFreqRule", SMS_1) == [True]
    assert policies.allows(written, "sms:SendSms", "*", SMS_1) == [False, False]
    assert policies.allows([allow("name/sms:*")], "sms:SendSms", "*", SMS_1) == [True, True]


def test_item_39_the_denial_of_a_server_api_names_no_resource(example):
    assert example.check(IVAN, "sms:SendSms", SMS_1).message.endswith("resource (*) has no permission")


def test_item_43_the_read_only_preset_allows_reads_only(example):
    assert example.check(GRACE, "im:DescribeSdkAppInfo", APP_0).allowed
    assert not example.check(GRACE, "im:ModifyAppInfo", APP_0).allowed


def test_item_44_the_full_preset_covers_every_im_action_on_every_application(example):
    actions = load_catalog().actions("im")
    assert all(example.check(FRANK, str(action), app).allowed for action in actions for app in APPS)


def test_item_45_presets_reach_all_applications_and_custom_policies_single_ones(example):
    assert [example.check(FRANK, "im:DescribeAppStatList", app).allowed for app in APPS] == [True, True, True]
    assert [example.check(DAVE, "im:DescribeAppStatList", app).allowed for app in APPS] == [False, True, False]


@pytest.mark.parametrize(
    ("item", "name", "allowed", "denied"),
    [
        (48, "QcloudAVCFullAccess", "im:RemoveUser", "sms:SendSms"),
        (49, "QcloudIMReadOnlyAccess", "im:DescribeSdkAppInfo", "im:RemoveUser"),
        (50, "QcloudSMSFullAccess", "sms:SendSms", "im:RemoveUser"),
        (50, "QcloudSMSReadonlyAccess", "sms:DescribeAppInfo", "sms:SendSms"),
        (50, "qcloudsmsreadonlyACCESS", "sms:DescribeAppInfo", "sms:ModifyFreqRule"),
    ],
)
def test_items_48_to_50_presets_are_attached_by_name_in_any_case(tmp_path, item, name, allowed, denied):
    del item  # it names the case
    write_account(tmp_path, users=[{"uin": "100001", "policies": [name]}])
    with Sidecar(tmp_path) as sidecar:
        answers = [sidecar.check(ALICE, action) for action in (allowed, denied)]
        assert [answer.allowed for answer in answers] == [True, False]
        assert answers[0].statement.policy.casefold() == name.casefold()


def test_item_96_a_department_gets_sms_and_nothing_else(example):
    assert all(example.check(HEIDI, str(action)).allowed for action in load_catalog().actions("sms"))
    assert not example.check(HEIDI, "im:DescribeSdkAppInfo", APP_0).allowed


def test_item_97_each_business_reaches_its_own_application_only(example):
    asked = [(who, app) for who in (IVAN, JUDY) for app in (SMS_1, SMS_2)]
    assert [example.check(who, "sms:DescribeAppInfo", app).allowed for who, app in asked] == [True, False, False, True]


def test_item_98_operations_see_statistics_and_change_no_limits(example):
    assert example.check(KIM, "sms:DescribeWarningThreshold", SMS_1).allowed
    assert example.check(KIM, "sms:SendStatusStatistics").allowed
    assert reason(example.check(KIM, "sms:ModifyWarningThreshold", SMS_1)) == "EXPLICIT_DENY"
    assert reason(example.check(KIM, "sms:ModifyFreqRule", SMS_1)) == "EXPLICIT_DENY"
