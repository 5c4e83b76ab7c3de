"""Whatever a caller sends, it gets an answer or a refusal with a code: never a fault, on either database."""

import inspect

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authz.control.errors import ControlError
from authz.control.groups import GroupMember
from authz.control.names import Tag
from authz.control.passwords import PasswordRules
from authz.store.database import Database
from authz.store.secrets import MasterKey
from tests.builders import attempt
from tests.control.denied import methods
from tests.control.planes import IM_ALL, ROOT_TRUST, root
from tests.control.worlds import QUOTAS, make_world

NUMBERS = st.sampled_from([0, 1, -1, 2, 7, 219064, 1_000_001, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30])
HALF = "\ud800"  # half a surrogate pair, which JSON can spell and UTF-8 cannot
USUAL = ["", "x", "alice", "im", "ci", "100000000001", "All", "Active", IM_ALL, ROOT_TRUST]
ODD = ["a\0b", "\0", HALF, f"a{HALF}", "名", "%", "_", "'", "x" * 400, "\u202e", "1" * 30, "\uff11"]
ODD_POLICIES = [IM_ALL.replace("name/im:*", f"cos:{each}") for each in (HALF, "\\u0000", "\\ud800")]
TEXTS = st.sampled_from([*USUAL, *ODD, *ODD_POLICIES])
TAGS = st.lists(st.builds(Tag, TEXTS, TEXTS), max_size=2)
MEMBERS = st.lists(st.builds(GroupMember, NUMBERS, st.none() | TEXTS, st.none() | NUMBERS), max_size=2)
RULES = st.builds(PasswordRules, minimum_length=NUMBERS, must_contain=st.tuples(TEXTS), change_after=NUMBERS)
KINDS = {
    "int": NUMBERS,
    "str": TEXTS,
    "bool": st.booleans(),
    "Sequence[int]": st.lists(NUMBERS, max_size=3),
    "Sequence[str]": st.lists(TEXTS, max_size=3),
    "Sequence[Tag]": TAGS,
    "Sequence[GroupMember]": MEMBERS,
    "PasswordRules": RULES,
}


def kind_of(parameter):
    """The strategy for a parameter, by its annotation."""
    text = inspect.formatannotation(parameter.annotation).replace("collections.abc.", "")
    for module in ("authz.control.names.", "authz.control.groups.", "authz.control.passwords."):
        text = text.replace(module, "")
    base, _, rest = text.partition(" | ")
    return st.none() | KINDS[base] if rest else KINDS[base]


@st.composite
def calls(draw, plane):
    """A use case of the API, and a value for each keyword that it needs and for some of the others."""
    action, method, needed = draw(st.sampled_from(sorted(methods(plane), key=lambda each: each[0])))
    fields = {}
    for name, parameter in inspect.signature(method).parameters.items():
        if name != "caller" and (name in needed or draw(st.booleans())):
            fields[name] = draw(kind_of(parameter))
    return action, method, fields


@pytest.fixture
def world(database_url):
    database = Database.open(database_url, MasterKey(bytes(32)))
    yield make_world(database, QUOTAS["roomy"])
    database.close()


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_value_is_answered_or_refused(world, data):
    action, method, fields = data.draw(calls(world.plane))
    _, refusal = attempt(ControlError, lambda: method(root(), **fields))
    assert refusal is None or refusal.message, action
