"""The engine inside a program gives the sidecar's answers."""

import random
import subprocess
import sys
import threading

import pytest

from authz import Engine, InvalidAccountError, InvalidRequestError, NotReadyError, parse_request
from authz.client import Client, InvalidQuestionError, Question
from authz.errors import SourceError
from authz.store.database import Database
from authz.store.records import AccountRecord, AttachmentRecord, HolderKind, PolicyRecord, UserRecord
from tests.builders import attempt
from tests.sidecar import EXAMPLE, ROOT, Sidecar, eventually, user, write_account
from tests.store.writing import ALLOW, author
from tests.waiting import DEADLINE

ALLOW_SEND = [{"effect": "allow", "action": "sms:SendSms", "resource": "*"}]
ACTIONS = [
    "im:AddUser",
    "im:DescribeAppInfo",
    "name/sms:SendSms",
    "sms:DescribeAppInfo",
    "sms:DeleteSmsSign",
    "cam:GetUser",
    "x",
]
RESOURCES = [
    "*",
    "qcs::im::uin/12345678:sdkappid/1400000001",
    "qcs::sms::uin/12345678:app/1400000001",
    "qcs::im::uin/9:a/b",
    "",
]
CONTEXTS = [None, {"qcs:ip": ("10.20.30.40",)}, {"qcs:ip": ("192.0.2.1",)}, {"qcs:ip": ("nonsense",)}]


def random_questions(number):
    draw = random.Random(7)
    principals = [user(100000 + each) for each in range(16)]
    principals += [f"qcs::cam::uin/12345678:{who}" for who in ("root", "roleName/ci", "uin/x")]
    kinds = (principals, ACTIONS, RESOURCES, CONTEXTS)
    return [Question(*(draw.choice(kind) for kind in kinds)) for _ in range(number)]


def test_random_questions_get_the_answers_of_the_sidecar():
    questions = random_questions(3000)
    engine = Engine.from_directory(EXAMPLE)
    with Sidecar(EXAMPLE) as sidecar, Client(sidecar.socket, timeout=DEADLINE) as client:
        told = client.batch(questions)
    for question, answer in zip(questions, told, strict=True):
        asked = (question.principal, question.action, question.resource, question.context)
        if isinstance(answer, InvalidQuestionError):
            with pytest.raises(InvalidRequestError):
                engine.check(*asked)
            continue
        decision = engine.check(*asked)
        statement = decision.statement and (decision.statement.policy, decision.statement.index)
        assert (decision.allowed, int(decision.reason)) == (answer.allowed, int(answer.reason)), question
        assert statement == (answer.statement and (answer.statement.policy, answer.statement.index)), question


PROD = {"string_equal": {"im:env": "prod"}}
GIVEN = [
    ("prod", "denied"),
    ("test", "allowed"),
    (["prod"], "denied"),
    (("test", "prod"), "denied"),
    ({"prod"}, "denied"),
    (frozenset(["test"]), "allowed"),
    ([], "allowed"),
    (b"prod", "refused"),
    (bytearray(b"prod"), "refused"),
    ([b"prod"], "refused"),
    (7, "refused"),
    (True, "refused"),
    (None, "refused"),
    (["prod", 7], "refused"),
    ([["prod"]], "refused"),
    ({"prod": "prod"}, "refused"),
    (iter(["prod"]), "refused"),
    ("\ud800", "refused"),
]


@pytest.fixture(scope="module")
def account_of_prod(tmp_path_factory):
    deny = {"effect": "deny", "action": "im:*", "resource": "*", "condition": PROD}
    folder = tmp_path_factory.mktemp("accounts") / "a"
    users = [{"uin": "100001", "policies": ["all", "prod"]}]
    return write_account(folder, {"all": [{**deny, "effect": "allow", "condition": {}}], "prod": [deny]}, users=users)


def outcome(check, error, given):
    """What becomes of a question with these values; a refusal names the key."""
    decision, refusal = attempt(error, lambda: check(user(), "im:AddUser", "*", {"im:env": given}))
    if refusal is not None:
        assert str(refusal).startswith("context: ")
        assert "`im:env`" in str(refusal)
        return "refused"
    return "allowed" if decision.allowed else "denied"


def test_contexts_mean_the_same_to_the_engine_and_to_a_client(account_of_prod):
    engine = Engine.from_directory(account_of_prod)
    with Sidecar(account_of_prod) as sidecar, Client(sidecar.socket, timeout=DEADLINE) as client:
        for given, expected in GIVEN:
            assert outcome(client.check, InvalidQuestionError, given) == expected, given
            assert outcome(engine.check, InvalidRequestError, given) == expected, given


@pytest.mark.parametrize("context", [{"im:env": "prod"}, {"im:env": ["test", "prod"]}])
def test_a_text_is_one_value_however_a_question_is_made(account_of_prod, context):
    engine = Engine.from_directory(account_of_prod)
    assert not engine.check(user(), "im:AddUser", "*", context).allowed
    assert not engine.decide(parse_request(user(), "im:AddUser", "*", context)).allowed


@pytest.mark.parametrize("context", [[], "k", [("im:env", "prod")], {7: "x"}])
def test_what_is_no_context_is_refused_in_process_too(account_of_prod, context):
    with pytest.raises(InvalidRequestError, match=r"^context: "):
        Engine.from_directory(account_of_prod).check(user(), "im:AddUser", "*", context)


@pytest.mark.parametrize("field", ["principal", "action", "resource"])
@pytest.mark.parametrize("value", [None, 7, b"*"])
def test_what_is_no_text_is_refused_by_its_field(account_of_prod, field, value):
    asked = {"principal": user(), "action": "im:AddUser", "resource": "*", field: value}
    with pytest.raises(InvalidRequestError) as caught:
        Engine.from_directory(account_of_prod).check(**asked)
    assert caught.value.field == field


def test_a_change_is_followed_until_the_engine_is_closed(tmp_path):
    account = write_account(tmp_path / "a", {"send": ALLOW_SEND}, users=[{"uin": "100001", "policies": ["send"]}])
    with Engine.from_directory(account, follow=True) as engine:
        assert engine.check(user(), "sms:SendSms").allowed
        write_account(account, {"send": ALLOW_SEND}, users=[{"uin": "100001"}])
        eventually(lambda: not engine.check(user(), "sms:SendSms").allowed)
    engine.close()
    assert "authz-follow" not in [thread.name for thread in threading.enumerate()]
    assert not engine.check(user(), "sms:SendSms").allowed


def test_what_serve_would_refuse_is_refused(tmp_path):
    with pytest.raises(SourceError):
        Engine.from_directory(tmp_path)
    write_account(tmp_path, {"p": "{"}, users=[{"uin": "100001", "policies": ["nowhere"]}])
    with pytest.raises(InvalidAccountError) as caught:
        Engine.from_directory(tmp_path, follow=True)
    assert len(caught.value.problems) == 2
    assert "authz-follow" not in [thread.name for thread in threading.enumerate()]


def test_an_engine_without_a_directory_is_empty():
    with Engine() as engine, pytest.raises(NotReadyError):
        engine.check(user(), "sms:SendSms")


def test_importing_the_package_loads_no_disk_watcher_and_no_grpc():
    program = "import sys, authz; print(*{'grpc', 'google.protobuf', 'yaml', 'structlog'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (result.stdout, result.stderr) == ("\n", "")


def test_it_prints_nothing_in_a_program_that_configures_no_logs(tmp_path):
    """Neither on changes that come into force nor on one that is refused, which is worth a warning elsewhere."""
    account = write_account(tmp_path / "account", users=[{"uin": "100001"}])
    program = """
import json, pathlib, sys, time
from authz import Engine
file = pathlib.Path(sys.argv[1], "attachments.yaml")
with Engine.from_directory(sys.argv[1], follow=True) as engine:
    for turn in range(10):
        revision = engine.live.revision
        file.write_text(json.dumps({"account": "12345678", "users": [{"uin": str(200000 + turn)}]}))
        while engine.live.revision == revision:
            time.sleep(0.01)
    file.write_text("account: [")
    while not engine._loader._follower.status.faults:
        time.sleep(0.01)
"""
    result = subprocess.run(
        [sys.executable, "-c", program, str(account)], cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE
    )
    assert (result.stdout, result.stderr, result.returncode) == ("", "", 0)


def granted(url):
    """A database whose user 100001 may do everything on IM, and who writes there."""
    database = Database.open(url)
    with database.write(author("Import", "12345678")) as writer:
        writer.accounts.add(AccountRecord("12345678"))
        writer.users.add(UserRecord("12345678", "100001", "alice", boundary_id=None))
        policy = writer.policies.add(PolicyRecord("12345678", 0, "p"), ALLOW)
        held = AttachmentRecord("12345678", HolderKind.USER, "100001", policy.id)
        writer.attachments.add(held)
    return database, held


def test_a_database_is_followed_until_the_engine_is_closed(database_url):
    database, held = granted(database_url)
    with Engine.from_url(database_url, follow=True) as engine:
        assert engine.check(user(), "im:RemoveUser").allowed
        with database.write(author("DetachUserPolicy", "12345678")) as writer:
            writer.attachments.remove("12345678", held.holder, held.holder_id, held.policy_id)
        eventually(lambda: not engine.check(user(), "im:RemoveUser").allowed)
    assert "authz-follow" not in [thread.name for thread in threading.enumerate()]
    database.close()
    with pytest.raises(SourceError, match=r"expected sqlite:///relative\.db"):
        Engine.from_url("sqlite://")


def test_parent_and_child_follow_a_database_after_a_fork(database_url, tmp_path):
    program = tmp_path / "fork.py"
    program.write_text(
        "import os, sys\n"
        "from authz import Engine\n"
        "from tests.sidecar import eventually, user\n"
        "engine = Engine.from_url(sys.argv[1], follow=True)\n"
        "assert engine.check(user(), 'im:RemoveUser').allowed\n"
        "child = os.fork()\n"
        "print('ready', flush=True)\n"
        "eventually(lambda: not engine.check(user(), 'im:RemoveUser').allowed)\n"
        "print('followed', flush=True)\n"
        "if child:\n"
        "    os.waitpid(child, 0)\n"
        "    engine.close()\n"
    )
    database, held = granted(database_url)
    command = [sys.executable, str(program), database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert [process.stdout.readline() for _ in range(2)] == ["ready\n"] * 2
        with database.write(author("DetachUserPolicy", "12345678")) as writer:
            writer.attachments.remove("12345678", held.holder, held.holder_id, held.policy_id)
        output, errors = process.communicate(timeout=DEADLINE)
    database.close()
    assert (output, errors) == ("followed\n" * 2, "")
