"""Determines whether a condition holds for requests without its key, and for every value of the key."""

from collections.abc import Callable

from authz.language.condition import Condition
from authz.language.document import Effect
from authz.language.operators import read_boolean, read_network
from authz.pattern import Pattern

_EVERY_ADDRESS = "0.0.0.0/0"


def holds_without_key(condition: Condition) -> bool:
    """Whether the condition holds for requests without the key (cam-language 2.2, rules 4 and 5)."""
    if condition.operator.name == "null_equal":
        return any(read_boolean(text) for text in _texts(condition))
    return condition.operator.if_exist


def holds_for_every_value(condition: Condition) -> bool:
    """Whether the condition holds for every value of the key, so that it only requires the key.

    Such tests of presence are `string_like` on `*`, any address, not empty, and `null_equal` on `false`.
    """
    operator, texts = condition.operator, _texts(condition)
    if operator.name == "null_equal":
        return not all(read_boolean(text) for text in texts)
    if operator.type.is_negated:
        return operator.type.kind == "string" and operator.name != "string_not_like" and not any(texts)
    return any(map(_ADMIT_ALL.get(operator.name, _never), texts))


def holds_for_no_value(condition: Condition) -> bool:
    """Whether the condition fails for every value of the key: a negated operator on a value that matches everything."""
    name = condition.operator.name.replace("_not_", "_")
    return condition.operator.type.is_negated and any(map(_ADMIT_ALL.get(name, _never), _texts(condition)))


def consequence(condition: Condition, effect: Effect) -> str:
    """Describe the effect on a statement of a key that no request has."""
    if holds_without_key(condition):
        if effect is Effect.ALLOW:
            return f"`{condition.operator}` holds for every request, so this allow applies to every caller"
        return f"`{condition.operator}` holds for every request, so this deny always applies"
    return f"`{condition.operator}` never holds, so this {effect.value} never applies"


def _texts(condition: Condition) -> list[str]:
    return [str(value) for value in condition.values]


def _never(_text: str) -> bool:
    return False


def _is_any_text(text: str) -> bool:
    return Pattern.of(text).is_any


def _is_any_address(text: str) -> bool:
    """Whether the network contains at least every IPv4 address; requests over IPv6 are rare enough to be ignored."""
    if "${" in text:
        return False
    network, every = read_network(text), read_network(_EVERY_ADDRESS)
    return network.holds(every.first) and network.holds(every.last)


_ADMIT_ALL: dict[str, Callable[[str], bool]] = {"string_like": _is_any_text, "ip_equal": _is_any_address}
"""For operators that can match every value, the test for such an expected value."""
