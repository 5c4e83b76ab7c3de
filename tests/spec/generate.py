"""Random accounts, policies and requests from small alphabets, so that things meet: seeded, fast, repeatable."""

import csv
from pathlib import Path

DATA = Path(__file__).parents[2] / "authz" / "catalog" / "data"
UIN, OTHER = "12345678", "87654321"
NOON = 1_767_225_600  # 2026-01-01T00:00:00Z
SERVICES = ["im", "sms", "cvm"]
ACTIONS = [
    "im:AddUser",
    "im:RemoveUser",
    "im:DescribeSdkAppInfo",
    "sms:SendSms",
    "sms:ModifyFreqRule",
    "cvm:Run",
    "SMS:sendsms",
]
ACTION_PATTERNS = [
    "*", "*:*", "name/*:*", "im:*", "name/IM:*", "im:*User", "im: AddUser ", "im:adduser", "sms:*", "sms:Send*",
    "sms:SendSms",
    "name/sms:ModifyFreqRule", "cvm:Run", "*:*User", "im:RemoveUser", "permid/1", "im:D*b*o",
]  # fmt: skip
TAILS = ["sdkappid/1", "sdkappid/2", "app/1", "sdkappid/10", "x/100001", "sdkappid/*"]
TAIL_PATTERNS = [
    "*",
    "sdkappid/*",
    "sdkappid/1",
    "sdkappid/1*",
    "*/1",
    "app/1",
    "x/${uin}",
    "*${uin}",
    "x/${owner_uin}",
    " sdkappid/2 ",
]
CONTEXT_VALUES = {
    "dept": ["ops", "hr", "OPS", ""], "size": ["1", "2", "10", "big"], "qcs:mfa": ["true", "false", "maybe"],
    "qcs:ip": ["10.0.0.1", "10.0.1.1", "192.168.0.1", "2001:db8::1"],
    "at": ["2026-01-01T00:00:00Z", "2025-12-31 23:59:59", "then"],
    "qcs:resource_tag": ["dept&ops", "dept&hr", "web&x", "zone"], "qcs:tag": ["web&dev"],
    "qcs:resource_tag/dept": ["ops"],
    "qcs:request_tag": ["dept&ops"], "qcs:uin": ["1"],
}  # fmt: skip
DATES = ["2026-01-01T00:00:00Z", "2026-01-01T08:00:01+08:00", "2025-12-31 23:59:59"]
STRINGS = [
    ("dept", ["ops", "hr", "o*", "*s", "${uin}"]),
    ("qcs:uin", ["100001", "${uin}", "7"]),
    ("qcs:owner_uin", [UIN]),
]
TAG_TESTS = [
    (key, ["dept&ops", "web&dev", "${qcs:principal_tag_key}&dev", "dept&*"]) for key in ("qcs:resource_tag", "qcs:tag")
]
TAG_TESTS += [("qcs:resource_tag/dept", ["ops", "hr"]), ("qcs:request_tag", ["dept&ops", "dept&hr"])]
BY_KIND = {
    "string": STRINGS + TAG_TESTS, "binary": STRINGS, "numeric": [("size", [1, "2", 9.5])],
    "bool": [("qcs:mfa", [True, "false"])],
    "date": [("at", DATES), ("qcs:current_time", DATES)], "ip": [("qcs:ip", ["10.0.0.9/24", "10.0.0.1", "::/0"])],
    "null": [(key, ["true", "false"]) for key in ("dept", "qcs:mfa", "qcs:resource_tag/dept")],
}  # fmt: skip
ORDERS = ["equal", "not_equal", "less_than", "less_than_equal", "greater_than", "greater_than_equal"]
STRING_TESTS = ["equal", "not_equal", "equal_ignore_case", "not_equal_ignore_case", "like", "not_like"]
OPERATORS = [f"string_{each}" for each in STRING_TESTS] + [
    f"{kind}_{each}" for kind in ("numeric", "date") for each in ORDERS
]
OPERATORS += ["bool_equal", "binary_equal", "ip_equal", "ip_not_equal", "null_equal"]


def operation_level():
    rows = [
        row for name in ("im", "sms", "cam") for row in csv.DictReader((DATA / f"{name}.csv").read_text().splitlines())
    ]
    return frozenset(f"{row['service']}:{row['action']}".lower() for row in rows if row["resource_level"] == "n")


def some(source, values, most=2):
    return source.sample(values, source.randint(1, min(most, len(values))))


def condition(source):
    name = source.choice(OPERATORS)
    key, values = source.choice(BY_KIND[name.partition("_")[0]])
    expected = some(source, values)
    if name != "null_equal":
        prefix = source.choice(["", "", "for_any_value:", "for_all_value:"])
        name = f"{prefix}{name}{source.choice(['', '', '_if_exist'])}"
    return {name: {key: expected if len(expected) > 1 else source.choice([expected, expected[0]])}}


def resource_pattern(source):
    if source.random() < 0.35:
        return "*"
    service, region = source.choice([*SERVICES, "", "IM", "*"]), source.choice(["", "", "", "gz", "ap-guangzhou", "*"])
    account = source.choice(["", f"uin/{UIN}", f"uin/{UIN}", "uin/"])
    return f"qcs::{service}:{region}:{account}:{source.choice(TAIL_PATTERNS)}"


def statement(source):
    made = {"effect": source.choice(["allow", "allow", "deny"]), "action": some(source, ACTION_PATTERNS)}
    made["resource"] = source.choice([resource_pattern(source), [resource_pattern(source) for _ in range(2)]])
    if source.random() < 0.5:
        made["condition"] = {}
        for _ in range(source.randint(1, 2)):
            made["condition"] |= condition(source)
    return made


def account(source):
    """A whole account: three users, a role, two groups, six policies."""
    names = [f"p{number}" for number in range(6)]
    documents = {
        name: {"version": "2.0", "statement": [statement(source) for _ in range(source.randint(1, 3))]}
        for name in names
    }
    groups = {name: some(source, names) for name in ("g", "h")}
    users = {str(100001 + number): holder(source, names, groups) for number in range(3)}
    role = holder(source, names, {})
    app_id = source.choice(["", "1250000000"])
    return {
        "uin": UIN,
        "app_id": app_id,
        "users": users,
        "roles": {"ci": role},
        "groups": groups,
        "documents": documents,
    }


def holder(source, names, groups):
    made = {"policies": some(source, names, 3) if source.random() < 0.9 else []}
    made["boundary"] = source.choice([None, None, source.choice(names)])
    made["tags"] = source.choice([{}, {}, {"web": "dev"}, {"web": "dev", "dept": "ops"}])
    if groups:
        made["groups"] = source.choice([[], some(source, sorted(groups))])
    return made


def request(source):
    """Principal, action, resource, context, time."""
    who = source.choice([f"uin/{100001 + number}" for number in range(3)] * 3 + ["roleName/ci"] * 2 + ["root", "uin/7"])
    service, region = source.choice(SERVICES), source.choice(["", "", "gz", "ap-guangzhou"])
    owner = source.choice([f"uin/{UIN}"] * 6 + ["", f"uin/{OTHER}"])
    resource = source.choice(["*", *[f"qcs::{service}:{region}:{owner}:{source.choice(TAILS)}"] * 3])
    context = {key: some(source, values) for key, values in CONTEXT_VALUES.items() if source.random() < 0.3}
    if source.random() < 0.2:
        context["qcs:current_time"] = ["2026-01-01T00:00:00Z"]
    time = NOON + source.choice([-2, -1, 0, 0.5, 1, 2])
    return f"qcs::cam::uin/{source.choice([UIN] * 12 + [OTHER])}:{who}", source.choice(ACTIONS), resource, context, time
