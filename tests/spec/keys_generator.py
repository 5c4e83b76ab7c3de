"""Random policies on condition keys that are special, and on keys that are nearly so; and questions that bring both.

A world is what tests/spec/model.py reads. All of it is about one account, a user, a role and a few applications.
"""

from tests.spec.generators import MOMENTS, OTHER, ROOT, chance, some, string_or_list
from tests.spec.model import Request

USER, ROLE = "100001", "ci"
STEMS = ["qcs:resource_tag", "qcs:request_tag", "qcs:tag", "qcs:current_time", "qcs:ip", "qcs:uin", "qcs:owner_uin"]
TWISTS = ["{}", "{}/dept", "{}s", "{}s/dept", "{}/", "{}ged", "{}/dept/x", "{}/Dept", "{}&dept", "{}:dept", "{} /dept"]
TAG_STEMS = STEMS[:3]


def near(stem):
    """The key, and keys that differ from it by a little."""
    plain = [twist.format(stem) for twist in TWISTS]
    return [*plain, f" {stem}", f"{stem} ", f" {stem}/dept ", stem.upper(), stem[:-1], stem.replace(":", ": ")]


NEAR = {stem: near(stem) for stem in STEMS}
KEYS = [key for keys in NEAR.values() for key in keys]
VALUES = ["ops", "dev", "dept&ops", "dept&dev"]
RARE_VALUES = [*VALUES, "", "\u90e8\u95e8"]
TIMES, ADDRESSES = ["2030-01-01T00:00:00Z", "2029-01-01T00:00:00Z"], ["10.0.0.1", "192.0.2.7"]
NOISE = ["trace", "qcs:mfa", "x-request-id", "qcs:ip"]
OPERATORS = ["string_equal", "string_not_equal", "string_like", "string_equal_ignore_case"]
ACTIONS = ["im:AddUser", "im:AddUser", "im:RemoveUser", "sms:SendSms"]
RESOURCES = [f"qcs::im::uin/{ROOT}:sdkappid/{number}" for number in (1, 2)]


def world(rnd, among=None):
    """Its policies, and the few keys of `among` that its conditions and questions are on, mostly of one stem."""
    among = among or (NEAR[rnd.choice([*STEMS, *TAG_STEMS * 2])] if chance(rnd, 85) else KEYS)
    drawn = rnd.sample(among, rnd.choice([1, 1, 2]))
    keys = sorted({each for key in drawn for each in (key, key.partition("/")[0], f"{key.partition('/')[0]}/dept")})
    share = rnd.choice([0, 30, 60, 90])  # of statements with conditions: callers with none have roads of their own
    policies = {f"p{number}": document(rnd, keys, share) for number in range(3)}
    held = {"policies": some(rnd, list(policies), 2), "boundary": rnd.choice(list(policies))}
    if chance(rnd, 70):
        del held["boundary"]
    trusted = statement(rnd, keys, share) | {"action": "sts:AssumeRole", "principal": "*"}
    del trusted["resource"]
    attachments = {
        "account": ROOT,
        "users": [{"uin": USER, "name": "u", **held}],
        "roles": [
            {"name": ROLE, "trust": {"version": "2.0", "statement": trusted}, "policies": some(rnd, list(policies), 2)}
        ],
    }
    return {ROOT: {"attachments": attachments, "policies": policies}}, keys


def document(rnd, keys, share):
    return {"version": "2.0", "statement": [statement(rnd, keys, share) for _ in range(rnd.randint(1, 3))]}


def statement(rnd, keys, share):
    made = {
        "effect": "deny" if chance(rnd, 35) else "allow",
        "action": rnd.choice(["*", "*", "im:*", *ACTIONS[1:3], "sts:AssumeRole"]),
        "resource": string_or_list(rnd, some(rnd, ["*", "*", "qcs::im:::sdkappid/*", *RESOURCES], 2)),
    }
    return made | ({"condition": conditions(rnd, keys)} if chance(rnd, share) else {})


def conditions(rnd, keys):
    block = {}
    for _ in range(rnd.choice([1, 1, 2])):
        key = rnd.choice(keys)
        if key.strip() == "qcs:current_time":
            operator, values = rnd.choice(["date_less_than", "date_equal", "date_greater_than"]), TIMES
        elif key.strip() == "qcs:ip":
            operator, values = rnd.choice(["ip_equal", "ip_not_equal"]), [*ADDRESSES, "10.0.0.0/8"]
        elif chance(rnd, 20):
            block.setdefault("null_equal", {})[key] = rnd.choice(["true", "false"])
            continue
        else:
            operator, values = rnd.choice(OPERATORS), [*VALUES * 2, "*", "dept&*", USER, ROOT]
        operator = f"{rnd.choice(['', 'for_any_value:', 'for_all_value:'])}{operator}{rnd.choice(['', '_if_exist'])}"
        block.setdefault(operator, {})[key] = some(rnd, values, 3)
    return block


def questions(rnd, keys, number):
    """Few different ones, whose contexts change by a value or a key, as those of one caller do."""
    asked = [question(rnd, keys) for _ in range(max(1, number // 12))]
    return [varied(rnd, rnd.choice(asked), keys) for _ in range(number)]


def question(rnd, keys):
    identity = rnd.choice([f"uin/{USER}"] * 6 + [f"roleName/{ROLE}"] * 2 + ["root", "uin/100009"])
    action, resource = rnd.choice(ACTIONS), rnd.choice([*RESOURCES * 3, "*", f"qcs::im::uin/{OTHER}:sdkappid/1"])
    if chance(rnd, 6):
        action, resource = "sts:AssumeRole", f"qcs::cam::uin/{ROOT}:roleName/{ROLE}"
    return Request(f"qcs::cam::uin/{ROOT}:{identity}", action, resource, context(rnd, keys), None)


def varied(rnd, asked, keys):
    """The same with another value of a key, with a key more or less, with other noise, or as it is."""
    found = dict(asked.context)
    for _ in range(rnd.choice([0, 1, 1, 2])):
        key = rnd.choice([*found, rnd.choice(keys if chance(rnd, 2) else taken(keys)), rnd.choice(NOISE)])
        if chance(rnd, 30):
            found.pop(key, None)
        else:
            found[key] = values_of(rnd, key)
    if chance(rnd, 1):
        found[rnd.choice(["qcs:ip", "qcs:current_time"])] = ["neither a time nor an address"]
    return asked._replace(context=found)


def context(rnd, keys):
    """Up to three keys; at times none, as from callers who send no context."""
    chosen = [rnd.choice([*taken(keys), *NOISE]) for _ in range(rnd.choice([0, 1, 1, 2, 3]))]
    return {key: values_of(rnd, key) for key in chosen}


def taken(keys):
    """Those that questions may have: in policies alone blanks around a key do no harm."""
    return [key for key in keys if key == key.strip()] or NOISE[:1]


def values_of(rnd, key):
    if key in NOISE[:3]:
        return [str(rnd.randrange(1000))]
    known = {"qcs:current_time": TIMES, "qcs:ip": ADDRESSES}.get(key, rnd.choice([VALUES, RARE_VALUES]))
    return [rnd.choice(known) for _ in range(rnd.choice([1, 1, 1, 1, 2, 0]))]


def moment(rnd):
    return rnd.choice(MOMENTS)
