"""What is fuzzed: each target takes one input and returns a short word for its outcome; it may raise nothing."""

import json
import os
from pathlib import Path

from google.protobuf.message import DecodeError

from authz.accounts.build import AttachmentsText, PolicyText, build_account
from authz.engine.live import Engine
from authz.errors import (
    InvalidAccountError,
    InvalidPolicyError,
    InvalidRequestError,
    MalformedTextError,
    Problem,
    RevisionNotReachedError,
)
from authz.language.describe import describe
from authz.language.document import PolicyKind
from authz.language.parse import MAX_CHARACTERS, parse_policy
from authz.language.render import render
from authz.lint.account import lint_account, lint_policy
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from authz.sources.yaml_text import read_yaml
from authz.v1 import authz_pb2

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy" / "example" / "12345678"
SHARED = Path(os.environ.get("AUTHZ_SHARED", ROOT.parent / "shared"))
NOW = 1_800_000_000.0

_CONDITIONS = """{"version": "2.0", "statement": [
 {"effect": "allow", "action": ["name/im:*", "sms:Send*"], "resource": "qcs::im:::sdkappid/${uin}*", "condition": {
  "for_any_value:string_equal": {"qcs:resource_tag": ["dept&ops", "${qcs:principal_tag_key}&x"]},
  "ip_equal": {"qcs:ip": ["10.0.0.0/8", "2001:db8::/32"]}, "numeric_less_than_equal": {"a:b": [1, "2.5", 1e3]},
  "date_less_than": {"qcs:current_time": "2030-01-01T00:00:00Z"}, "null_equal": {"qcs:mfa": "false"}}},
 {"effect": "deny", "action": "*", "resource": ["qcs::cos:gz:uid/1250000000:b/*", "*"], "condition": {
  "string_not_like_if_exist": {"qcs:vpc": "a*b"}, "bool_equal": {"qcs:mfa": true}}}]}"""
_TRUST = """{"version": "2.0", "principal": {"qcs": ["qcs::cam::uin/12345678:root", "*"]}, "statement": {
 "effect": "allow", "action": "sts:AssumeRole", "principal": {"service": "a", "federated": ["b"]}}}"""


def policy_seeds():
    """The example's policies, one with every kind of condition, a trust policy, and the published ones."""
    published = sorted(SHARED.glob("cases/policies/*.json"))
    files = [*sorted(EXAMPLE.glob("policies/*.json")), *published]
    return [_CONDITIONS, _TRUST, *(path.read_text(encoding="utf-8", errors="replace") for path in files)]


def attachment_seeds():
    """The example's attachments, once more as JSON."""
    text = (EXAMPLE / "attachments.yaml").read_text(encoding="utf-8")
    return [text, json.dumps(read_yaml(text).value, indent=1)]


def question_seeds():
    """Encoded questions about the example."""
    return [question.SerializeToString() for question in _questions()]


def _questions():
    for principal in ("uin/100001", "uin/100013", "uin/100014", "roleName/ci", "root"):
        for action, resource in (
            ("name/im:AddUser", "qcs::im::uin/12345678:sdkappid/1400000001"),
            ("sms:SendSms", "*"),
            ("sts:AssumeRole", "qcs::cam::uin/12345678:roleName/ci"),
        ):
            question = authz_pb2.CheckRequest(
                principal=f"qcs::cam::uin/12345678:{principal}", action=action, resource=resource, at_least_revision="1"
            )
            question.context["qcs:ip"].values.append("10.0.0.1")
            question.context["qcs:resource_tag"].values.extend(["dept&ops", "a&b"])
            question.context["qcs:current_time"].values.append("2026-01-01T00:00:00Z")
            yield question


def mutated_question(mutator, seed, other):
    """The bytes of `seed` changed, or the texts inside them, so that more than the decoder is reached."""
    question = authz_pb2.CheckRequest()
    try:
        question.ParseFromString(seed)
    except DecodeError:
        return mutator.data(seed, other)
    if mutator.chance(0.3):
        return mutator.data(seed, other)
    if mutator.chance(0.7):
        field = mutator.choice(["principal", "action", "resource", "at_least_revision"])
        setattr(question, field, _encodable(mutator.text(getattr(question, field), question.resource)))
    else:
        key = mutator.choice([*question.context, "qcs:ip", "mfa"])
        values = question.context[key].values
        values.append(_encodable(mutator.text(mutator.choice([*values, "10.0.0.1"]), question.action)))
        if mutator.chance(0.3):
            question.context[_encodable(mutator.text(key, "qcs:uin"))].values.extend(list(values))
    return question.SerializeToString()


def _encodable(text):
    return text.encode("utf-8", "replace").decode("utf-8")


def fuzz_policy(text):
    """A policy document, as an identity policy and as a trust policy."""
    outcomes = []
    for kind in PolicyKind:
        try:
            document = parse_policy(text, kind)
        except InvalidPolicyError as error:
            outcomes.append(_refusal(error.problems))
            continue
        assert not must_be_refused(text), "accepted what must be refused"
        found = lint_policy(text, kind)
        sentences = [describe(statement) for statement in document.statements]
        assert all(sentences)
        if kind is PolicyKind.IDENTITY and len(text) < MAX_CHARACTERS // 2:
            parse_policy(render(document))
        outcomes.append(_codes(found))
    return "|".join(outcomes)


def must_be_refused(text):
    """The plainest rules of the grammar once more, by other means (cam-language 1.1): what breaks them never allows."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return True
    if not isinstance(value, dict) or value.get("version") != "2.0" or not value.get("statement"):
        return True
    if not value.keys() <= {"version", "statement", "principal"}:
        return True
    statements = value["statement"] if isinstance(value["statement"], list) else [value["statement"]]
    return any(
        not isinstance(each, dict)
        or not each.keys() <= {"effect", "action", "resource", "condition", "principal"}
        or each.get("effect") not in ("allow", "deny")
        or not each.get("action")
        or ("principal" not in each and "principal" not in value and not each.get("resource"))
        for each in statements
    )


class AccountTarget:
    """An account whose files are fuzzed one at a time; one that builds must answer every question."""

    def __init__(self):
        self._attachments = (EXAMPLE / "attachments.yaml").read_text(encoding="utf-8")
        files = sorted(EXAMPLE.glob("policies/*.json"))
        self._policies = [PolicyText(path.stem, path.name, path.read_text(encoding="utf-8")) for path in files]
        self._questions = question_seeds()
        self._engine = Engine()
        self._checker = Checker(self._engine, DecisionCache(1000), clock=lambda: NOW)
        self._revision = 0
        assert self._built(self._attachments, self._policies) == "built"

    def attachments(self, text):
        """The attachments file."""
        return self._built(text, self._policies)

    def policy(self, text):
        """The text of a policy that users hold."""
        first, *rest = self._policies
        held = next(each for each in rest if each.name == "im-two-applications")
        others = [each for each in self._policies if each is not held]
        return self._built(self._attachments, [first, PolicyText(held.name, held.file, text), *others[1:]])

    def question(self, data):
        """The bytes of a CheckRequest, asked twice: the second answer comes from the cache and must be the same."""
        try:
            answer = self._checker.check(data)
        except (InvalidRequestError, RevisionNotReachedError) as error:
            return f"{type(error).__name__}:{getattr(error, 'field', '')}"
        assert self._checker.check(data) == answer
        response = authz_pb2.CheckResponse.FromString(answer)
        assert not response.allowed or response.reason in (authz_pb2.REASON_ALLOWED, authz_pb2.REASON_ROOT_ACCOUNT)
        return f"{response.allowed}:{response.reason}"

    def _built(self, text, policies):
        try:
            attachments = AttachmentsText("attachments.yaml", read_yaml(text))
        except MalformedTextError as error:
            return _refusal([Problem("malformed", str(error), line=error.line, column=error.column)])
        try:
            account = build_account(attachments, policies)
        except InvalidAccountError as error:
            return _refusal(error.problems)
        lint_account(attachments, policies)
        self._revision += 1
        self._engine.publish({account.uin: account}, (), self._revision)
        for data in self._questions:
            self.question(data)
        return "built"


def _refusal(problems):
    """The outcome of an input that is refused, which must have been for a reason with a place."""
    assert problems
    assert all(problem.message and problem.line >= 1 for problem in problems)
    return _codes(problems)


def _codes(problems):
    return ",".join(sorted({problem.code for problem in problems}))
