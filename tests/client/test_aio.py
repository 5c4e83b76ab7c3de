"""Both clients against a real sidecar; what the asyncio client alone does is in test_gathering."""

import asyncio
import socket
import threading
import traceback

import grpc
import pytest

from authz.client import (
    AsyncClient,
    Client,
    Decision,
    InvalidQuestionError,
    ListMode,
    OnFailure,
    Question,
    Reason,
    StatementRef,
    TimedOutError,
    UnavailableError,
)
from tests.client.asking import ALLOW_SEND, CLIENTS, asyncio_client, blocking_client
from tests.sidecar import EXAMPLE, Sidecar, user, write_account
from tests.waiting import BRIEF, DEADLINE, FOREVER

IVAN = user(100009)
APP = "qcs::sms::uin/12345678:app/1400000001"
MIA_OFFICE = (user(100013), "im:AddUser", "qcs::im::uin/12345678:sdkappid/1400000001", {"qcs:ip": "10.20.30.40"})


@pytest.fixture(scope="module")
def sidecar():
    with Sidecar(EXAMPLE) as running:
        yield running


@pytest.fixture(params=CLIENTS, ids=lambda client: client.__name__)
def connect(request):
    return request.param


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.mark.parametrize("transport", ["socket", "tcp"])
def test_a_decision_comes_with_its_reason_statement_and_revision(sidecar, connect, transport):
    with connect(getattr(sidecar, transport)) as client:
        decision = client.check(IVAN, "sms:DescribeAppInfo", APP)
        assert decision.revision.isdigit()
        assert decision == Decision(
            allowed=True,
            reason=Reason.ALLOWED,
            statement=StatementRef("sms-application-1400000001", 0, "user/100009"),
            revision=decision.revision,
        )
        denial = client.check(user(100012), "sms:SendSms")
        assert (denial.allowed, denial.reason, denial.statement) == (False, Reason.NO_MATCHING_ALLOW, None)
        assert "sms:SendSms" in denial.message


def test_context_values_are_one_text_or_several(sidecar, connect):
    with connect(sidecar.socket) as client:
        assert client.check(*MIA_OFFICE)
        assert client.check(*MIA_OFFICE[:3], {"qcs:ip": ["10.20.30.40"]})
        assert not client.check(*MIA_OFFICE[:3], {"qcs:ip": "192.0.2.1"})


def test_check_all_tells_the_first_denial(sidecar, connect):
    with connect(sidecar.socket) as client:
        assert client.check_all(IVAN, [("sms:DescribeAppInfo", APP), ("sms:DescribeAppInfo", APP)])
        denial = client.check_all(IVAN, [("sms:DescribeAppInfo", APP), ("im:AddUser", "*"), ("cam:GetUser", "*")])
        assert not denial
        assert "im:AddUser" in denial.message
        with pytest.raises(ValueError, match="nothing to check"):
            client.check_all(IVAN, [])


def test_a_batch_is_answered_in_order_with_errors_of_their_own(sidecar, connect):
    asked = [Question(IVAN, "sms:DescribeAppInfo", APP), Question("nobody", "im:X"), Question(*MIA_OFFICE)]
    with connect(sidecar.socket) as client:
        first, second, third = client.batch(asked)
        assert first
        assert third
        assert isinstance(second, InvalidQuestionError)
        assert [each.field for each in second.violations] == ["principal"]
    with connect(sidecar.socket, on_failure=OnFailure.DENY) as client:
        reasons = [each.reason for each in client.batch(asked)]
        assert reasons == [Reason.ALLOWED, Reason.QUESTION_REFUSED, Reason.ALLOWED]


def test_what_is_no_text_fails_alone_and_nothing_is_asked_for_nothing(sidecar, connect):
    wrong = Question(IVAN, "im:\ud800")
    good = Question(IVAN, "sms:DescribeAppInfo", APP)
    with connect(sidecar.socket) as client:
        answers = client.batch([wrong, good, wrong, wrong, good])
        assert [isinstance(answer, Decision) for answer in answers] == [False, True, False, False, True]
        assert client.batch([]) == []


def test_a_batch_beyond_the_limit_of_the_server_is_split(sidecar, connect):
    asked = [Question(user(100001 + number % 14), "im:AddUser", "*") for number in range(2500)]
    with connect(sidecar.socket) as client:
        answers = client.batch(asked)
        singly = {each.principal: client.check(each.principal, each.action) for each in asked[:14]}
    assert [answer.allowed for answer in answers] == [singly[each.principal].allowed for each in asked]


def test_allowed_resources_and_explanations_are_typed(sidecar, connect):
    with connect(sidecar.socket) as client:
        listing = client.allowed_resources(IVAN, "sms:DescribeAppInfo", mode=ListMode.STRICT)
        assert listing.allow == (APP,)
        explanation = client.explain(user(100014), "sms:SendSms")
        assert explanation.decision.reason is Reason.OUTSIDE_BOUNDARY
        assert [each.effect for each in explanation.statements] == ["allow", "allow"]
        assert explanation.suggestions[0].additions[0].attach_to == "boundary/user/100014"


def test_a_malformed_question_is_refused_with_its_field(sidecar, connect):
    with connect(sidecar.socket) as client:
        for arguments, field in [
            (("x", "im:X"), "principal"),
            ((IVAN, "x"), "action"),
            ((IVAN, "im:X", ""), "resource"),
        ]:
            with pytest.raises(InvalidQuestionError) as caught:
                client.check(*arguments)
            assert [each.field for each in caught.value.violations] == [field]
        for arguments in [(None, "im:X"), (IVAN, "im:\ud800"), (IVAN, "im:X", "*", {"k": [1]})]:
            with pytest.raises(InvalidQuestionError):
                client.check(*arguments)


def test_a_revision_that_is_not_reached_is_no_decision(sidecar, connect):
    with connect(sidecar.socket) as client:
        current = client.check(IVAN, "sms:DescribeAppInfo", APP).revision
        assert client.check(IVAN, "sms:DescribeAppInfo", APP, at_least_revision=current)
        with pytest.raises((UnavailableError, TimedOutError)):
            client.check(IVAN, "sms:DescribeAppInfo", APP, at_least_revision=str(int(current) + 1), timeout=BRIEF)


def test_without_a_sidecar_it_raises_by_its_deadline_or_denies(connect):
    either = TimedOutError, UnavailableError  # at the deadline a connection may just be tried once more
    with connect(free_port(), timeout=FOREVER) as client, pytest.raises(either):
        client.check(IVAN, "sms:DescribeAppInfo", APP, timeout=BRIEF)
    with connect(free_port(), on_failure=OnFailure.DENY, timeout=BRIEF) as client:
        denials = [
            client.check(IVAN, "im:X"),
            client.check_all(IVAN, [("im:X", "*")]),
            *client.batch([Question(IVAN, "x")]),
        ]
        assert {denial.reason for denial in denials} <= {Reason.SIDECAR_UNAVAILABLE, Reason.SIDECAR_TIMED_OUT}
        assert len(denials) == 3
        assert not any(denials)
        with pytest.raises(either):
            client.allowed_resources(IVAN, "im:X")


def test_callers_that_fail_together_do_not_carry_each_others_traces():
    async def main():
        async with AsyncClient(free_port(), timeout=BRIEF) as client:
            checks = (client.check(IVAN, "im:X") for _ in range(100))
            return await asyncio.gather(*checks, return_exceptions=True)

    errors = asyncio.run(main())
    assert {len(traceback.extract_tb(error.__traceback__)) < 10 for error in errors} == {True}


def test_a_sidecar_that_takes_calls_and_answers_none_times_out(connect):
    with (
        socket.create_server(("127.0.0.1", 0)) as deaf,
        connect(f"127.0.0.1:{deaf.getsockname()[1]}") as client,
        pytest.raises((TimedOutError, UnavailableError)),
    ):
        client.check(IVAN, "im:X", timeout=BRIEF)


@pytest.mark.parametrize("connect", [asyncio_client, blocking_client])
def test_a_sidecar_that_starts_later_is_waited_for(connect):
    address = free_port()
    with connect(address, timeout=DEADLINE) as client:
        with pytest.raises(UnavailableError):
            client.check(IVAN, "sms:DescribeAppInfo", APP, timeout=BRIEF)
        late = Sidecar(EXAMPLE, "--listen", address)
        starting = threading.Thread(target=late.__enter__)
        starting.start()
        try:
            assert client.check(IVAN, "sms:DescribeAppInfo", APP)
        finally:
            starting.join()
            late.__exit__(None, None, None)


@pytest.mark.parametrize("connect", [asyncio_client, blocking_client])
def test_a_server_that_restarts_costs_no_answer(tmp_path, connect):
    account = write_account(tmp_path / "a", {"send": ALLOW_SEND}, users=[{"uin": "100001", "policies": ["send"]}])
    address = free_port()
    with connect(address, timeout=DEADLINE) as client:
        for _ in range(2):
            with Sidecar(account, "--listen", address):
                assert client.check(user(), "sms:SendSms")


def test_a_closed_client_answers_nothing_and_leaves_nothing_behind(sidecar):
    async def scenario():
        client = AsyncClient(sidecar.socket, cache_size=10)
        async with client:
            await client.check(IVAN, "sms:DescribeAppInfo", APP, timeout=DEADLINE)
        await client.close()
        async with asyncio.timeout(DEADLINE):
            while others := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.wait(others)  # gRPC's own end in their next turn
        with pytest.raises(UnavailableError):
            await client.check(IVAN, "sms:DescribeAppInfo", APP)

    asyncio.run(scenario())
    blocking = Client(sidecar.socket, cache_size=10)
    with blocking:
        assert blocking.check(IVAN, "sms:DescribeAppInfo", APP, timeout=DEADLINE)
    blocking.close()
    with pytest.raises(UnavailableError):
        blocking.check(IVAN, "sms:DescribeAppInfo", APP)
    assert "authz-watch" not in [thread.name for thread in threading.enumerate()]


def test_channel_credentials_are_used(sidecar):
    with Client(sidecar.tcp, credentials=grpc.ssl_channel_credentials()) as client, pytest.raises(UnavailableError):
        client.check(IVAN, "sms:DescribeAppInfo", APP, timeout=BRIEF)
