"""All hypothesis generators. Alphabets are tiny on purpose, so that what is drawn meets what else is drawn."""

import json

from hypothesis import strategies as st

from tests import builders

# Texts and patterns -------------------------------------------------------------------------------------------------

texts = st.text("ab.?\n", max_size=8)
pattern_texts = st.text("ab.?\n*", max_size=8)
near_patterns = st.text("ab*", max_size=8)
"""Of so few letters that one often covers or meets another."""


@st.composite
def patterns_with_a_text_that_fits(draw):
    """A pattern's text, and the same text with every star replaced by something."""
    pattern = draw(pattern_texts)
    head, *rest = pattern.split("*")
    return pattern, head + "".join(draw(texts) + piece for piece in rest)


# Questions ----------------------------------------------------------------------------------------------------------

actions = st.sampled_from(
    ["im:RemoveUser", "im:ModifyAppInfo", "name/sms:SendSms", "sms:DescribeAppInfo", "sms:ModifyFreqRule", "cos:Put"]
)
resources = st.sampled_from(
    [
        "*",
        builders.APP_0,
        builders.APP_1,
        builders.sms_app(1),
        builders.sms_app(2),
        "qcs::cos:gz:uid/9:b/a",
        "qcs::::::",
    ]
)
questions = st.tuples(actions, resources)

# Policies -----------------------------------------------------------------------------------------------------------

action_patterns = st.sampled_from(
    ["*", "*:*", "name/im:*", "im:removeuser", "im:*App*", "name/SMS:*", "sms: Send*", "sms:*rule", "cos:Put", "i*:*"]
)
resource_patterns = st.sampled_from(
    [
        "*",
        builders.APP_0,
        builders.im_app("14*"),
        builders.im_app("*1"),
        "qcs::im:::sdkappid/*",
        "qcs::sms::uin/12345678:app/${owner_uin}",
        builders.sms_app(1),
        "qcs:::::*",
        "qcs::SMS:*::app/*",
        "qcs::cos:ap-guangzhou::b/*",
        "qcs::cos:sh::b/a",
    ]
)
effects = st.sampled_from(["allow", "deny"])


def _one_or_list(items):
    return items | st.lists(items, min_size=1, max_size=3)


def statements_of(effect):
    """Statements without conditions, as JSON values."""
    return st.fixed_dictionaries(
        {"effect": effect, "action": _one_or_list(action_patterns), "resource": _one_or_list(resource_patterns)}
    )


statements = statements_of(effects)
conditional_statements = st.builds(
    lambda statement: {**statement, "condition": {"string_equal": {"dept": "ops"}}}, statements
)
documents = st.lists(statements, min_size=1, max_size=4)


def policies(of=statements, max_size=4):
    """Lists of policies p0, p1, ... with a few statements each."""
    bodies = st.lists(st.lists(of, min_size=1, max_size=3), max_size=max_size)
    return bodies.map(lambda lists: [builders.policy(f"p{at}", *body) for at, body in enumerate(lists)])


@st.composite
def accounts(draw):
    """Accounts whose user and role hold policies directly, through a group and under a boundary, or do not."""
    return builders.account(
        own=draw(policies(max_size=2)),
        group=draw(policies(max_size=2)),
        role=draw(policies(max_size=2)),
        boundary=draw(st.none() | documents.map(lambda body: builders.policy("boundary", *body))),
        app_id=draw(st.sampled_from(["", "9"])),
    )


# JSON ---------------------------------------------------------------------------------------------------------------

_strings = st.text('ab"\\{}[]:, \n\té\U0001f600', max_size=5)
_scalars = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | _strings


def _json_values(leaves, keys):
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
    )


json_values = _json_values(_scalars, _strings)

_policy_words = [
    "version", "statement", "effect", "action", "resource", "condition", "principal", "qcs", "service", "Effect",
    "sid", "2.0", "allow", "deny", "*", "name/im:*", "a:b:c", "", "qcs::im:::sdkappid/*", "qcs::im:::x/${no}", "qcs:::",
    "root", "string_equal", "for_any_value:ip_equal_if_exist", "qcs:ip", "qcs::cam::uin/1:root", "\x00", "\ud800",
]  # fmt: skip
_attachment_words = [
    "account", "app_id", "users", "groups", "roles", "uin", "name", "policies", "boundary", "tags", "trust", "12345678",
    "100001", "0", "alice", "sms-ops", "QcloudSMSFullAccess", "", "/", "p", "version", "2.0", "statement",
]  # fmt: skip


def _documents_from(words):
    """JSON values that look enough like the real thing to reach every branch of its reader."""
    word = st.sampled_from(words)
    return _json_values(
        word | st.none() | st.booleans() | st.integers(0, 99) | st.floats(allow_nan=False, allow_infinity=False), word
    )


policy_like_values = _documents_from(_policy_words)
attachment_like_values = _documents_from(_attachment_words)


@st.composite
def nearly_policies(draw):
    """A good policy with one element replaced by anything, so that the inside of statements is reached too."""
    statement = draw(statements) | draw(st.dictionaries(st.sampled_from(_policy_words), policy_like_values, max_size=2))
    value = {"version": "2.0", "statement": draw(st.sampled_from([statement, [statement], [statement, statement]]))}
    return value | draw(st.dictionaries(st.sampled_from(_policy_words), policy_like_values, max_size=1))


@st.composite
def nearly_attachments(draw):
    """A good attachments value with some parts replaced by anything."""
    part = st.dictionaries(st.sampled_from(_attachment_words), attachment_like_values, max_size=3)
    good = {
        "account": "12345678",
        "users": [{"uin": "100001", "policies": ["p"], "groups": ["sms-ops"]} | draw(part)],
        "groups": [{"name": "sms-ops", "policies": []} | draw(part)],
        "roles": [{"name": "ci"} | draw(part)],
    }
    return good | draw(st.dictionaries(st.sampled_from(_attachment_words), attachment_like_values, max_size=1))


@st.composite
def json_texts_with_offsets(draw):
    """A JSON text with blanks anywhere, and the offset of every path in it: of the key where there is one."""
    blanks = draw(st.randoms(use_true_random=False))
    ascii_only = draw(st.booleans())
    offsets = {}
    out = []

    def put(text):
        out.extend([blanks.choice(["", "", " ", "\n", "\t", "\r\n", " \n  "]), text])
        return sum(map(len, out)) - len(text)

    def write(value, path):
        if isinstance(value, dict):
            offsets.setdefault(path, put("{"))
            for at, (key, item) in enumerate(value.items()):
                if at:
                    put(",")
                offsets[*path, key] = put(json.dumps(key, ensure_ascii=ascii_only))
                put(":")
                write(item, (*path, key))
            put("}")
        elif isinstance(value, list):
            offsets.setdefault(path, put("["))
            for at, item in enumerate(value):
                if at:
                    put(",")
                write(item, (*path, at))
            put("]")
        else:
            offsets.setdefault(path, put(json.dumps(value, ensure_ascii=ascii_only)))

    write(draw(json_values), ())
    return "".join(out), offsets
