"""Random conditions, and contexts that meet them: at their boundary, beside it, of the wrong type, or not at all."""

TEXTS = ["x", "X", "xy", "", "100001", "x*"]
DATES = [
    "2030-01-01T00:00:00Z", "2029-12-31T23:59:59Z", "2030-01-01T00:00:01Z", "2030-01-01T08:00:00+08:00",
    "2030-01-01 00:00:00", "2030-01-01T 00:00:01Z", "2030-01-01T00:00:00.5Z", "2029-12-31T23:59:59",
]  # fmt: skip
NETWORKS = [
    "10.0.0.0/8", "10.217.182.3/24", "10.1.2.3", "::1", "2001:db8::/32", " 10.0.0.0/30", "::ffff:10.1.2.3",
    "::FFFF:10.217.182.3/120", "::ffff:0:0/90", "0.0.0.0/0", "::/0", "::/1",
]  # fmt: skip
ADDRESSES = [
    "10.1.2.3", "10.217.182.255", "10.217.183.0", "::1", "2001:db8::5", "::ffff:10.1.2.3", "::ffff:ad9:b6ff",
    "192.168.0.1", "f00::1",
]  # fmt: skip
TAGS = ["dept&ops", "dept&dev", "team&x*", "team&xy", "dept&", "ops&dept", "dept"]
TAG_KEYS = ["qcs:resource_tag", "qcs:tag", "qcs:request_tag"]
ORDERS = ["equal", "not_equal", "less_than", "less_than_equal", "greater_than", "greater_than_equal"]
STRING_OPERATORS = [
    "string_equal", "string_not_equal", "string_equal_ignore_case", "string_not_equal_ignore_case", "string_like",
    "string_not_like",
]  # fmt: skip
OPERATORS = {
    "string": [*STRING_OPERATORS, "binary_equal"],
    "tag": [*STRING_OPERATORS, "string_equal", "string_like"],
    "tag_value": STRING_OPERATORS,
    "identity": STRING_OPERATORS,
    "numeric": [f"numeric_{order}" for order in ORDERS],
    "date": [f"date_{order}" for order in ORDERS],
    "bool": ["bool_equal"],
    "ip": ["ip_equal", "ip_not_equal"],
}
EXPECTED = {
    "string": [*TEXTS, "x*x", "*y", "*", "${uin}", "a${uin}*", "A${uin}Z", "${uin}*x", "${app_id}", "${owner_uin}"],
    "tag": [*TAGS, "dept&*", "${qcs:principal_tag_key}&${qcs:principal_tag_value}", "DEPT&ops",
            "${qcs:principal_tag_key}&*", "dept&${qcs:principal_tag_value}", "*&${qcs:principal_tag_value}"],
    "tag_value": ["ops", "dev", "", "o*", "OPS", "${qcs:principal_tag_value}"],
    "identity": ["100001", "${uin}", "12345678", "1*", "${owner_uin}"],
    "numeric": [1, "1", 1.5, "2", -1, "1e0", " 1 ", "${uin}"],
    "date": [*DATES, "${uin}"],
    "bool": [True, False, "true", "False", "${uin}"],
    "ip": [*NETWORKS, "${uin}"],
}  # fmt: skip
KEYS = {
    "string": ["a:s"],
    "tag": TAG_KEYS,
    "tag_value": [f"{key}/dept" for key in TAG_KEYS],
    "identity": ["qcs:uin", "qcs:owner_uin"],
    "numeric": ["a:n", "a:n", "a:s"],
    "date": ["qcs:current_time", "qcs:current_time", "a:d"],
    "bool": ["qcs:mfa"],
    "ip": ["qcs:ip", "a:ip"],
}
CONTEXT = {
    "a:s": [*TEXTS, "a100001z"],
    "a:n": ["1", "1.0", "2", "-1", "1e0", "many", "", "1.5"],
    "a:d": [*DATES, "then", "2030-01-01", "2030-02-30T00:00:00Z"],
    "qcs:current_time": DATES,
    "qcs:mfa": ["true", "false", "TRUE", "perhaps"],
    "qcs:ip": ADDRESSES,
    "a:ip": [*ADDRESSES, "10.0.0.0/8", "home"],
    "qcs:resource_tag": TAGS,
    "qcs:tag": TAGS,
    "qcs:request_tag": TAGS,
    "qcs:resource_tag/dept": ["ops", "dev", ""],
    "qcs:tag/dept": ["ops", "OPS"],
    "qcs:request_tag/team": ["x*"],
    "qcs:uin": ["100001", "100009"],
    "qcs:owner_uin": ["11111111"],
}
RARE = {"qcs:current_time", "qcs:uin", "qcs:owner_uin", "qcs:tag", "qcs:tag/dept"}


def condition_block(rnd):
    """One to three tests of keys; two under one operator where they happen to have the same."""
    block = {}
    for _ in range(rnd.choice([1, 1, 1, 2, 3])):
        operator, key, values = null_test(rnd) if rnd.randrange(10) == 0 else test(rnd)
        block.setdefault(operator, {})[key] = values
    return block


def clock_block(rnd):
    """One or two tests of the clock."""
    operators = [f"date_{order}{suffix}" for order in ORDERS for suffix in ("", "_if_exist")]
    return {rnd.choice(operators): {"qcs:current_time": written(rnd, DATES)} for _ in range(rnd.choice([1, 1, 2]))}


def test(rnd):
    kind = rnd.choice([*KEYS, "tag"])
    qualifier = rnd.choice(["", "", "for_any_value:", "for_all_value:"])
    operator = f"{qualifier}{rnd.choice(OPERATORS[kind])}{rnd.choice(['', '', '_if_exist'])}"
    return spaced(rnd, operator), spaced(rnd, rnd.choice(KEYS[kind])), written(rnd, EXPECTED[kind])


def null_test(rnd):
    key = rnd.choice([*CONTEXT, "qcs:resource_tag/team"])
    return "null_equal", key, written(rnd, ["true", "false", "true", "false", True, "${uin}"])


def written(rnd, values):
    chosen = [rnd.choice(values) for _ in range(rnd.choice([1, 1, 2, 3]))]
    return chosen[0] if len(chosen) == 1 and rnd.randrange(2) else chosen


def spaced(rnd, text):
    return f" {text} " if rnd.randrange(20) == 0 else text


def context(rnd):
    """Some of the keys, each with up to three values; a key may come without any."""
    found = {}
    for key, values in CONTEXT.items():
        if rnd.randrange(100) < (8 if key in RARE else 35):
            found[key] = [rnd.choice(values) for _ in range(rnd.choice([1, 1, 1, 2, 3, 0]))]
    return found
