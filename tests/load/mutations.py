"""Mutations through the CAM API whose answers are kept, and the proof that a database holds each wholly or not."""

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from authz.store import mapping
from authz.store.database import Database
from authz.store.records import to_plain
from tests.control_plane import ACCOUNT, call
from tests.waiting import eventually

TABLES = (
    mapping.USERS, mapping.GROUPS, mapping.MEMBERSHIPS, mapping.ROLES, mapping.POLICIES, mapping.VERSIONS,
    mapping.ATTACHMENTS, mapping.KEYS,
)  # fmt: skip
KEYS = {each.kind.entity: each.key for each in TABLES}
# What each action writes in its one transaction.
WHOLE = {
    "AddUser": ["access_key", "user"],
    "CreatePolicy": ["policy", "policy_version"],
    "AttachUserPolicy": ["attachment"],
    "UpdatePolicy": ["policy", "policy_version"],
}
APPLICATIONS = 12


def document(rng):
    """A policy that allows or denies IM on an application that is asked about, and one that makes it differ."""
    numbers = (1_400_000_000 + rng.randrange(APPLICATIONS), 1_500_000_000 + rng.getrandbits(28))
    resources = [f"qcs::im::uin/{ACCOUNT}:sdkappid/{number}" for number in numbers]
    effect = rng.choice(["allow", "allow", "deny"])
    statement = {"effect": effect, "action": ["name/im:*"], "resource": resources}
    return json.dumps({"version": "2.0", "statement": [statement]})


class Mutations:
    """Makes mutations one after another from any thread; those that got an answer are kept by their request ids."""

    def __init__(self, seed):
        self._rng = random.Random(seed)
        self._lock = threading.Lock()
        self._policies, self._users, self._waiting = [], [], []
        self.sent = 0
        self.answered = {}
        self.unanswered = 0

    def first(self, client):
        """What the others build on: a user and a policy."""
        for action in ("AddUser", "CreatePolicy"):
            self._call(client, action, self._parameters(action, 0))

    def one(self, client):
        """Make the next mutation; False if it got no answer."""
        with self._lock:
            self.sent += 1
            action, parameters = self._next(self.sent)
        try:
            self._call(client, action, parameters)
        except TencentCloudSDKException as error:
            if error.get_request_id():  # an answer, and none of these may be refused
                raise
            self.unanswered += 1
            return False
        return True

    def _call(self, client, action, parameters):
        answer = call(client, action, **parameters)
        with self._lock:
            self.answered[answer.RequestId] = action
            if action == "AddUser":
                self._users.append(answer.Uin)
            if action == "CreatePolicy":
                self._policies.append(answer.PolicyId)
                self._waiting.append(answer.PolicyId)

    def _next(self, number):
        action = list(WHOLE)[number % len(WHOLE)]
        if action == "AttachUserPolicy" and not self._waiting:
            action = "CreatePolicy"
        return action, self._parameters(action, number)

    def _parameters(self, action, number):
        match action:
            case "AddUser":
                return {"Name": f"user-{number}", "UseApi": 1}
            case "CreatePolicy":
                return {"PolicyName": f"policy-{number}", "PolicyDocument": document(self._rng)}
            case "AttachUserPolicy":
                return {"PolicyId": self._waiting.pop(), "AttachUin": self._rng.choice(self._users)}
            case _:
                changed = self._rng.choice(self._policies)
                return {"PolicyId": changed, "PolicyDocument": document(self._rng), "Description": str(number)}


def kill_amid(plane, mutations, count, kills, rng, threads=2):
    """Make mutations through a control plane that is killed `kills` times at random points of them, and restarted."""
    mutations.first(plane.client())
    before = mutations.sent
    points = sorted(rng.sample(range(1, count), kills))
    for point in (*points, None):
        with ThreadPoolExecutor() as pool:
            upto = before + count
            running = [pool.submit(_work, plane.client(), mutations, upto) for _ in range(threads)]
            if point is not None:
                looks = iter(range(rng.randrange(8)))  # some looks later, another part of a mutation is under way
                eventually(lambda at=before + point, left=looks: mutations.sent >= at and next(left, None) is None)
                plane.process.kill()
                plane.process.wait()
            for each in running:
                each.result()
        yield
        if point is not None:
            plane.__enter__()


def _work(client, mutations, upto):
    while mutations.sent < upto:
        if not mutations.one(client):
            return


def assert_whole(url, answered):
    """Rows, change log and revision agree, each change is whole, and each answered mutation is one of them.

    Returns:
        How many changes of these actions the log has.
    """
    with closing(Database.open(url)) as database, database.read() as reader:
        changes = reader.changes.since(0, 10_000_000)
        assert [change.revision for change in changes] == list(range(1, reader.revision + 1))
        assert replayed(changes) == stored(reader), "the rows are not what the change log says"
    logged = {change.request_id: change for change in changes if change.action in WHOLE}
    for change in logged.values():
        entities = {item.entity for item in change.items}
        assert entities == set(WHOLE[change.action]), change
    assert len(logged) == sum(change.action in WHOLE for change in changes), "a request was done twice"
    lost = [request for request, action in answered.items() if logged[request].action != action]
    assert not lost, lost
    return len(logged)


def replayed(changes):
    """The records that the change log leads to; each change must begin where the one before it ended."""
    state = {}
    for change in changes:
        for item in change.items:
            if item.entity in KEYS:
                key = _key(item.entity, item.after or item.before)
                assert state.get(key) == item.before, f"an update was lost at revision {change.revision}: {key}"
                state[key] = item.after
    return {key: record for key, record in state.items() if record is not None}


def stored(reader):
    """The records in the tables."""
    connection = reader.users._connection
    records = [table.record(row) for table in TABLES for row in connection.execute(table.select())]
    plain = [(record.entity, json.loads(json.dumps(to_plain(record)))) for record in records]
    return {_key(entity, each): each for entity, each in plain}


def _key(entity, record):
    return (entity, *(record[name] for name in KEYS[entity]))


def decisions(sidecar, url):
    """The decisions of a sidecar at the revision in force, for every user and application."""
    with closing(Database.open(url)) as database, database.read() as reader:
        users, revision = reader.users.list(ACCOUNT), reader.revision
    resources = [f"qcs::im::uin/{ACCOUNT}:sdkappid/{1_400_000_000 + each}" for each in range(APPLICATIONS)]
    eventually(
        lambda: int(sidecar.check(f"qcs::cam::uin/{ACCOUNT}:uin/{ACCOUNT}", "im:RemoveUser").revision) >= revision
    )
    return {
        (user.uin, resource): sidecar.check(
            f"qcs::cam::uin/{ACCOUNT}:uin/{user.uin}", "im:RemoveUser", resource
        ).allowed
        for user in users
        for resource in resources
    }


def contest(clients, count):
    """Writers that make mutations at the same time, every name being asked for by two; the answers, and the refusals.

    Raises:
        AssertionError: two writers got one name.
    """
    answered, won, refused, lock = {}, [], [], threading.Lock()

    def write(number, client):
        rng = random.Random(number)
        for turn in range(count // len(clients)):
            action, parameters = _contested(number // 2, turn, rng, shared)
            try:
                answer = call(client, action, **parameters)
            except TencentCloudSDKException as error:
                if error.get_code() != "FailedOperation.PolicyNameInUse":
                    raise
                with lock:
                    refused.append(parameters["PolicyName"])
                continue
            with lock:
                answered[answer.RequestId] = action
                if action == "CreatePolicy":
                    won.append(parameters["PolicyName"])

    shared = [_create(clients[0], f"shared-{each}", answered) for each in range(4)]
    with ThreadPoolExecutor(len(clients)) as pool:
        for each in [pool.submit(write, *each) for each in enumerate(clients)]:
            each.result()
    assert len(set(won)) == len(won)
    assert sorted(won) == sorted(refused), "each name was asked for by two: one gets it and one is refused"
    return answered, refused


def _contested(pair, turn, rng, shared):
    if turn % 2:
        return "UpdatePolicy", {
            "PolicyId": rng.choice(shared), "PolicyDocument": document(rng), "Description": str(rng.random()),
        }  # fmt: skip
    return "CreatePolicy", {"PolicyName": f"pair-{pair}-{turn}", "PolicyDocument": document(rng)}


def _create(client, name, answered):
    made = call(client, "CreatePolicy", PolicyName=name, PolicyDocument=document(random.Random(name)))
    answered[made.RequestId] = "CreatePolicy"
    return made.PolicyId


class Follower:
    """`with Follower(url) as follower:` reads the change log one by one until the block ends, and sees no gap."""

    def __init__(self, url):
        self._url = url
        self._ended = threading.Event()
        self._pool = ThreadPoolExecutor(1)

    def __enter__(self):
        self._running = self._pool.submit(self._follow)
        return self

    def __exit__(self, *_):
        self._ended.set()
        self.seen = self._running.result()
        self._pool.shutdown()

    def _follow(self):
        last = 0
        with closing(Database.open(self._url)) as database:
            while True:
                is_ended = self._ended.is_set()
                with database.read() as reader:
                    for change in reader.changes.since(last, 1_000_000):
                        assert change.revision == last + 1, f"a gap: {last} is followed by {change.revision}"
                        last = change.revision
                    assert reader.revision == last, "the revision is not that of the last change"
                if is_ended:
                    return last
