"""The size of a request is limited, in bytes and in numbers, on the wire and in a program."""

import pytest

from authz.app.embedded import Engine
from authz.engine.bounds import DEFAULT_BOUNDS, Bounds
from authz.engine.request import parse_request
from authz.errors import InvalidRequestError
from tests.builders import ALICE, APP_1

USER, ACTION = "qcs::cam::uin/1:roleName/", "im:"


def refusal(principal=ALICE, action="im:AddUser", resource=APP_1, context=None, **bounds):
    try:
        parse_request(principal, action, resource, context or {}, bounds=Bounds(**bounds))
    except InvalidRequestError as error:
        return error.field, error.reason
    return None


def filled(start, size, character="x"):
    return start + character * ((size - len(start)) // len(character.encode()))


@pytest.mark.parametrize(
    ("field", "start", "most"),
    [
        ("principal", USER, DEFAULT_BOUNDS.principal_bytes),
        ("action", ACTION, DEFAULT_BOUNDS.action_bytes),
        ("resource", "qcs::cos:::bucket/", DEFAULT_BOUNDS.resource_bytes),
    ],
)
@pytest.mark.parametrize("character", ["x", "é"])
def test_a_name_is_taken_up_to_its_bound_in_bytes(field, start, most, character):
    assert refusal(**{field: filled(start, most, character)}) is None
    assert refusal(**{field: filled(start, most, character) + "yy"})[0] == field
    assert refusal(**{field: start + "x" * 1_000_000}) == (
        field,
        f"{1_000_000 + len(start)} bytes; at most {most} are allowed",
    )


def test_a_context_is_taken_up_to_its_bounds():
    keys = {f"k{n}": ("v",) * 10 for n in range(100)}
    assert refusal(context=keys) is None
    assert refusal(context={"k": ("v",) * 100}) is None
    assert refusal(context={"k": ("v" * 4096,)}) is None


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({f"k{n}": ("v",) for n in range(101)}, "at most 100 condition keys are allowed"),
        ({"a": ("v",), "k": ("v",) * 400_000}, "at most 100 values of `k` are allowed"),
        ({f"k{n}": ("v",) * 11 for n in range(100)}, "all condition keys together have 1100 values; at most 1000"),
        ({"k": ("é" * 2049,)}, "a value of `k` has 4098 bytes; at most 4096 are allowed"),
        ({"k" * 70_000: ("v",)}, "the condition keys and values have 70001 bytes; at most 65536 are allowed"),
        ({f"k{n}": ("v" * 4000,) for n in range(20)}, "the condition keys and values have 80050 bytes; at most 65536"),
        ({"k" * 70_000: ("v" * 5000,)}, f"a value of `{'k' * 80}…` has 5000 bytes; at most 4096 are allowed"),
    ],
)
def test_the_bound_that_a_context_exceeds_is_named(context, message):
    field, reason = refusal(context=context)
    assert field == "context"
    assert reason.startswith(message)


def test_more_keys_may_be_allowed_and_so_are_values_in_proportion():
    context = {f"k{n}": ("v",) for n in range(2000)}
    assert refusal(context=context, context_keys=2000) is None
    assert Bounds(context_keys=2000).context_values == 20_000


def test_the_engine_inside_a_program_has_the_same_bounds():
    engine = Engine()
    engine.publish({}, (), 1)
    with pytest.raises(InvalidRequestError, match="at most 100 values of `k`"):
        engine.check(ALICE, "im:AddUser", APP_1, {"k": ("v",) * 101})
