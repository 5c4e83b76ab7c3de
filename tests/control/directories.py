"""What tests of transfers share: accounts as policy directories and as rows of a database, small and random ones."""

import json

from hypothesis import strategies as st

from authz.app.transfer import DirectoryImport
from authz.store.account_rows import read_rows
from authz.store.author import Author, Channel
from authz.store.records import (
    AttachmentRecord,
    GroupRecord,
    HolderKind,
    MembershipRecord,
    PolicyRecord,
    PolicyVersionRecord,
    PresetAliasRecord,
    RoleRecord,
    UserRecord,
)
from tests import strategies
from tests.builders import ROOT_UIN, allow, document
from tests.control.planes import ROOT_TRUST

_POLICIES = ("app-operators", "P.1", "yes", "1e3")
_PRESETS = ("QcloudSMSFullAccess", "QcloudIMReadOnlyAccess")
_TRUST = json.loads(ROOT_TRUST)
_TIMES = st.floats(0, 2e9, allow_nan=False)
_WORDS = st.sampled_from(["", "no", "007", "1.5", "a: b #c", "é😀", "\"'\\", "two\nlines", "\x07"])
_TAGS = st.dictionaries(st.sampled_from(["dept", "a b", "1"]), st.sampled_from(["ops", "", "1.0", "é"]), max_size=2)


@st.composite
def directories(draw):
    """The texts of policies by name, and the value of an attachments file that attaches some of them."""
    documents = draw(st.dictionaries(st.sampled_from(_POLICIES), strategies.documents, max_size=3))
    names = [*documents, *_PRESETS]
    some = st.lists(st.sampled_from(names), max_size=3, unique=True)
    boundaries = st.none() | st.sampled_from(names)
    groups = draw(st.lists(st.sampled_from(["ops", "Team 2", "null"]), max_size=3, unique=True))

    def holder(**fields):
        found = {**fields, "policies": draw(some)}
        boundary = draw(boundaries) if "name" not in fields or "trust" in fields else None
        return found | ({} if boundary is None else {"boundary": boundary})

    joined = st.lists(st.sampled_from(groups), max_size=3, unique=True) if groups else st.just([])
    value = {
        "account": ROOT_UIN,
        "users": [holder(uin=str(uin)) | {"groups": draw(joined), "tags": draw(_TAGS)} for uin in (100001, 100002)],
        "groups": [holder(name=name) for name in groups],
        "roles": [holder(name="ci", trust=_TRUST)] if draw(st.booleans()) else [],
    }
    if draw(st.booleans()):
        value["app_id"] = "9"
    return {name: document(*body) for name, body in documents.items()}, value


def write_directory(folder, documents, value):
    """The directory of an account."""
    folder.joinpath("policies").mkdir(parents=True)
    for name, text in documents.items():
        folder.joinpath("policies", f"{name}.json").write_text(text)
    folder.joinpath("attachments.yaml").write_text(json.dumps(value))  # JSON is YAML too
    return folder


@st.composite
def records(draw):
    """A function that writes random rows of one account through a writer."""
    users = [
        UserRecord(
            ROOT_UIN, str(uin), draw(st.sampled_from([f"user-{uin}", f"{uin}"])), 7 + uin, remark=draw(_WORDS),
            console_login=draw(st.booleans()), phone_num="123", email=draw(_WORDS), tags=tuple(draw(_TAGS).items()),
            created_at=draw(_TIMES), boundary_id=draw(st.sampled_from([None, 1, 1_000_005])),
        )
        for uin in draw(st.lists(st.integers(1, 9), max_size=3, unique=True))
    ]  # fmt: skip
    groups = [
        GroupRecord(ROOT_UIN, number, f"group {number}", draw(_WORDS), draw(_TIMES))
        for number in draw(st.lists(st.integers(3, 9), max_size=2, unique=True))
    ]
    roles = [
        RoleRecord(
            ROOT_UIN, "4611686018427387999", "ci", draw(st.sampled_from([ROOT_TRUST, json.dumps(_TRUST, indent=1)])),
            draw(_WORDS), session_duration=draw(st.integers(0, 43200)), tags=tuple(draw(_TAGS).items()),
            created_at=draw(_TIMES), updated_at=draw(_TIMES), boundary_id=draw(st.sampled_from([None, 1_000_005])),
        )
    ]  # fmt: skip
    policy = PolicyRecord(
        ROOT_UIN, 1_000_005, "P.1", draw(_WORDS), draw(st.integers(1, 4)), draw(st.integers(1, 3)), 7,
        tuple(draw(_TAGS).items()), draw(_TIMES), draw(_TIMES),
    )  # fmt: skip
    documents = [document(*draw(strategies.documents)) for _ in range(4)]
    versions = draw(st.lists(st.integers(4, 7), max_size=2, unique=True))
    holders = [
        *[(HolderKind.USER, user.uin) for user in users],
        *[(HolderKind.GROUP, str(group.id)) for group in groups],
        *[(HolderKind.ROLE, role.id) for role in roles],
    ]
    pairs = [(holder, policy_id) for holder in holders for policy_id in (policy.id, 1, 219064)]
    attached = draw(st.lists(st.sampled_from(pairs), max_size=6, unique=True))
    places = [(group.id, user.uin) for group in groups for user in users]
    joined = draw(st.lists(st.sampled_from(places), max_size=4, unique=True)) if places else []
    first = draw(st.integers(1, 5))
    times = draw(st.tuples(_TIMES, _TIMES))

    def write(writer):
        writer.policies.add(policy, documents[0])
        for number in versions:
            writer.versions.put(
                PolicyVersionRecord(ROOT_UIN, policy.id, number, documents[number % 4], policy.created_at)
            )
        for repository, rows in ((writer.groups, groups), (writer.users, users), (writer.roles, roles)):
            for row in rows:
                repository.add(row)
        for at, (group_id, uin) in enumerate(joined):
            writer.memberships.add(MembershipRecord(ROOT_UIN, group_id, uin, times[0], first + at))
        for at, ((kind, holder_id), policy_id) in enumerate(attached):
            by = f"uin/{ROOT_UIN}"
            writer.attachments.add(AttachmentRecord(ROOT_UIN, kind, holder_id, policy_id, times[1], by, 2 * at + first))
        writer.preset_aliases.put(PresetAliasRecord(ROOT_UIN, 1, "ours"))

    return write


def author():
    """Who writes the rows of tests."""
    return Author(ROOT_UIN, f"qcs::cam::uin/{ROOT_UIN}:root", Channel.API, "Test")


def quiet(_done, _total):
    """No progress."""


def load(plane, directory, *, may_delete=False):
    """Import a directory of one account."""
    source = DirectoryImport(directory)
    ((uin, key),) = source.check(quiet).keys.items()
    return source.load(plane, uin, key, may_delete=may_delete)


def rows_of(plane):
    """The rows of the account, and its remarks on presets."""
    with plane.database.read() as reader:
        return read_rows(reader, [ROOT_UIN], all_versions=True)[ROOT_UIN], reader.preset_aliases.list(ROOT_UIN)


def small(folder, **more):
    """Alice of the group ops with a policy of each."""
    value = {
        "account": ROOT_UIN,
        "users": [{"uin": "100001", "name": "alice", "groups": ["ops"], "policies": ["p"]}],
        "groups": [{"name": "ops", "policies": ["QcloudSMSFullAccess"]}],
    }
    documents = {"p": document(allow("im:*")), "q": document(allow("sms:*"))}
    return write_directory(folder, documents, value | more)
