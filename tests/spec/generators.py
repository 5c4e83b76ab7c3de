"""Random accounts, policies and requests from alphabets so small that everything meets everything, corners included.

Each maker draws from a `random.Random`: a seeded one is fast and repeatable, that of hypothesis shrinks what fails.
A world is what tests/spec/model.py reads.
"""

import random

from hypothesis import strategies as st

from tests.spec.conditions_generator import clock_block, condition_block, context
from tests.spec.conditions_model import as_list
from tests.spec.model import Request

ROOT, OTHER = "12345678", "87654321"
USERS, ROLES, GROUPS = ("100001", "100002"), ("ci", "ops"), ("team", "desk")
TURN = 1_893_456_000  # 2030-01-01T00:00:00Z, which the conditions name
MOMENTS = [TURN - 1, TURN - 0.5, TURN, TURN + 0.5, TURN + 1, TURN + 1.5, TURN + 2]

ANY_ACTIONS = ["*", "*:*", "name/*:*", "*:*e*", " * "]
ACTIONS = {
    "im": ["im:RemoveUser", "im:ModifyAppInfo", "name/im:removeuser", "IM:RemoveUser"],
    "sms": ["sms:SendSms", "sms:DescribeAppInfo", "name/SMS:sendsms", "sms:DeleteAppInfo"],
    "cos": ["cos:GetObject", "name/cos:PutObject"],
    "cmqqueue": ["cmqqueue:SendMessage"],
    "cam": ["cam:GetRole"],
    "sts": ["sts:AssumeRole", "name/sts:assumerole"],
}
ACTION_PATTERNS = {
    "im": ["im:*", "name/im:RemoveUser", "im:remove*", "IM:*User", "im:*App*", "i*:*", "im:RemoveUse?",
           "im: RemoveUser "],
    "sms": ["sms:*", "name/SMS: Send*", " sms:DescribeAppInfo ", "sms:*Info", "sms:SendSms", "permid/12", "s*:*"],
    "cos": ["cos:*", "cos:Get*", "name/cos:*Object", "cos:**t", "actionName/x"],
    "cmqqueue": ["cmqqueue:*", "cmq*:sendmessage"],
    "cam": ["cam:*", "cam:GetRole"],
    "sts": ["sts:AssumeRole", "name/sts:*", "sts:assume*"],
}  # fmt: skip
TAILS = {
    "im": ["sdkappid/1400000001", "sdkappid/1400000002", "sdkappid/*", "sdkappid/100001", "root",
           "sdkappid / 1400000002", " sdkappid/1400000002 ", "sdkappid/14 1"],
    "sms": ["app/1", "app/12", "app/*", "app/12345678"],
    "cos": ["b/a", "b", "b/a/x", "b/a b", "b/c:d", "b/A", "b/"],
    "cmqqueue": ["queueName/uin/100001", "queueName/uin/100001/q", "queueName/uin/100002/q"],
    "cam": ["roleName/ci", "groupid/7"],
    "sts": ["roleName/ci", "roleName/ci", "roleName/ops", "roleName/nobody", "uin/100001",
            "role/46116860184", "role/tencentcloudServiceRoleName/ci"],
}  # fmt: skip
TAIL_PATTERNS = {
    "im": ["*", "sdkappid/*", "sdkappid/14*", "*1", "sdkappid/${uin}", "sdkappid/1400000001", "sdkappid / 1400000002 ",
           "*/*2", "sdkappid/140000000?", "s*d*1*1", " sdkappid/1400000002 ", "sdkappid/14 *"],
    "sms": ["*", "app/*", "app/1", "app/1*", "app/${owner_uin}", "app/12", "a*/*2"],
    "cos": ["*", "b/*", "b/a", "b/a*", "b/a/*", "b/${uin}/*", "b/a b", "*:d", "b/*/x", "b/a?", "b/a*a"],
    "cmqqueue": ["queueName/uin/${uin}/*", "queueName/*", "queueName/uin/100002/q"],
    "cam": ["roleName/*", "groupid/7", "*"],
    "sts": ["*", "roleName/*", "roleName/ci", "roleName/o*", "roleName/${uin}", "role/*",
            "role/46116860184", "role/tencentcloudServiceRoleName/*", "role*"],
}  # fmt: skip
TRUST_ACTIONS = ["sts:AssumeRole", "sts:*", "name/sts:assume*", "*", "cam:*"]
REGIONS = ["gz", "ap-guangzhou", "AP-Guangzhou", "sh", "ap-shanghai", ""]
REGION_PATTERNS = ["", "", "gz", "GZ", "ap-guangzhou", "*", "ap-*", "sh", "ap-shanghai"]


def chance(rnd, percent):
    return rnd.randrange(100) < percent


def some(rnd, items, most):
    return [rnd.choice(items) for _ in range(rnd.randint(1, most))]


def string_or_list(rnd, items):
    return items[0] if len(items) == 1 and chance(rnd, 50) else items


def world(rnd, uins=(ROOT, OTHER), most=3):
    """Accounts that know of each other; at most `most` statements in a policy, and as many policies a holder."""
    neighbours = (*uins[1:], uins[0])
    return {uin: account(rnd, uin, other, most) for uin, other in zip(uins, neighbours, strict=True)}


def account(rnd, uin, other, most):
    app_id = rnd.choice(["", "9", f"1{uin[:3]}"])
    names = [f"p{number}" for number in range(5)]
    policies = {name: document(rnd, uin, other, app_id, most) for name in names}
    attachments = {
        "account": uin,
        "users": [{"uin": name, "name": f"n{name}", **holder(rnd, names, most, GROUPS)} for name in USERS],
        "groups": [{"name": name, "policies": some(rnd, names, most)} for name in GROUPS],
        "roles": [{"name": name, "trust": trust(rnd, uin, other), **holder(rnd, names, most)} for name in ROLES],
    }
    if app_id:
        attachments["app_id"] = app_id
    return {"attachments": attachments, "policies": policies}


def holder(rnd, names, most, groups=()):
    found = {"policies": some(rnd, names, most)} if chance(rnd, 85) else {}
    if groups and chance(rnd, 60):
        found["groups"] = some(rnd, groups, 2)
    if chance(rnd, 35):
        found["boundary"] = rnd.choice(names)
    if chance(rnd, 50):
        found["tags"] = dict(rnd.sample([("dept", "ops"), ("team", "x*"), ("ops", "dept")], rnd.randint(1, 3)))
    return found


def document(rnd, uin, other, app_id, most):
    statements = [statement(rnd, uin, other, app_id) for _ in range(rnd.randint(1, most))]
    bare = len(statements) == 1 and chance(rnd, 30)
    return {"version": "2.0", "statement": statements[0] if bare else statements}


def statement(rnd, uin, other, app_id):
    services = some(rnd, list(ACTIONS), 2)
    actions = [rnd.choice(ANY_ACTIONS if chance(rnd, 20) else ACTION_PATTERNS[each]) for each in services]
    resources = [resource_pattern(rnd, each, uin, other, app_id) for each in services]
    if chance(rnd, 25):
        resources.append(resource_pattern(rnd, rnd.choice(services), uin, other, app_id))
    made = {
        "effect": "deny" if chance(rnd, 30) else "allow",
        "action": string_or_list(rnd, actions),
        "resource": string_or_list(rnd, resources),
    }
    return made | conditions(rnd)


def conditions(rnd):
    if chance(rnd, 50):
        return {"condition": condition_block(rnd)}
    return rnd.choice([{}, {}, {}, {"condition": {}}, {"condition": []}])


def resource_pattern(rnd, service, uin, other, app_id):
    if chance(rnd, 25):
        return rnd.choice(["*", " *", "*"])
    tails = TAIL_PATTERNS[service] + (["b/${app_id}", "b/a"] if service == "cos" and app_id else [])
    tail = rnd.choice(tails)
    owners = ["", f"uin/{uin}", f"uin/{uin}", "uin/", "*", "uin/*"]
    if service not in ("im", "sms"):
        owners += [f"uid/{app_id or '777'}", "uid/777", "uid/*", "UID/"]
    if service == "cos":
        owners.append(f"uin/{other}")
    if service == "sts":
        service = "cam"
        owners += [f"uin/{other}"] * 2 if tail.startswith("role") else []
    owner = rnd.choice(owners)
    named = rnd.choice([service, service, service.upper(), *([] if owner == f"uin/{other}" else ["", "*"])])
    return f"qcs::{named}:{rnd.choice(REGION_PATTERNS) if chance(rnd, 40) else ''}:{owner}:{tail}"


def trust(rnd, uin, other):
    """Who may assume a role; the principal stands in the statement or beside all of them."""
    statements = [
        {"effect": "deny" if chance(rnd, 20) else "allow", "action": rnd.choice(TRUST_ACTIONS)}
        for _ in range(rnd.randint(1, 2))
    ]
    for each in statements:
        if chance(rnd, 30):
            each["condition"] = condition_block(rnd)
        if chance(rnd, 70):
            each["principal"] = principal(rnd, uin, other)
    shared = {} if all("principal" in each for each in statements) else {"principal": principal(rnd, uin, other)}
    return {"version": "2.0", "statement": statements, **shared}


def principal(rnd, uin, other):
    if chance(rnd, 15):
        return "*"
    tails = ["root", "root", "root", f"uin/{USERS[0]}", f"uin/{uin}", "groupid/team", "roleName/ops"]
    names = [f"qcs::cam::uin/{rnd.choice([uin, uin, other])}:{rnd.choice(tails)}" for _ in range(2)]
    names += ["qcs::cam::anyone:anyone", "qcs::cam::anonymous:anonymous", "qcs::cam::uid/9:root"]
    return (
        {"qcs": string_or_list(rnd, some(rnd, names, 2))} if chance(rnd, 90) else {"service": "cls.cloud.tencent.com"}
    )


def request(rnd, uins=(ROOT, OTHER)):
    """One question of somebody of the first account, mostly about what is its own."""
    uin, other = uins[0], uins[1]
    identities = [f"uin/{each}" for each in USERS] * 8 + [f"roleName/{each}" for each in ROLES] * 3
    identities += ["root", f"uin/{uin}", "uin/100009", "roleName/nobody"]
    caller = f"qcs::cam::uin/{uin if chance(rnd, 98) else '11111111'}:{rnd.choice(identities)}"
    service = rnd.choice(list(ACTIONS))
    asked = request_resource(rnd, service, uin, other)
    return Request(caller, rnd.choice(ACTIONS[service]), asked, context(rnd), rnd.choice(MOMENTS))


def request_resource(rnd, service, uin, other):
    if chance(rnd, 10):
        return "*"
    tail = rnd.choice(TAILS[service])
    owners = [f"uin/{uin}"] * 15 + ["", "UIN/", f"uin/{other}"] + ([f"uin/{other}"] * 4 if service == "sts" else [])
    owners += ["uid/9", f"uid/1{uin[:3]}", "uid/777"] if service not in ("im", "sms") else []
    named = "cam" if service == "sts" and chance(rnd, 95) else service
    region = rnd.choice(REGIONS) if chance(rnd, 50) else ""
    return f"qcs:{'id/0' if chance(rnd, 5) else ''}:{named}:{region}:{rnd.choice(owners)}:{tail}"


def scenario(rnd, requests, most=3):
    """A world and questions about it."""
    return world(rnd, most=most), [request(rnd) for _ in range(requests)]


def seeded(seed, requests):
    """The same scenario every time."""
    return scenario(random.Random(seed), requests)


def dated(rnd, requests):
    """A scenario in which most statements look at the clock."""
    found = world(rnd)
    for each in found.values():
        for policy in each["policies"].values():
            for made in as_list(policy["statement"]):
                if chance(rnd, 70):
                    made["condition"] = clock_block(rnd)
    return found, [request(rnd) for _ in range(requests)]


scenarios = st.randoms(use_true_random=False).map(lambda rnd: scenario(rnd, 8, most=2))
"""For hypothesis: a small world and a few questions."""
