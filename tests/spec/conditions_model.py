"""Conditions as the manual tells them (cam-language 2), slowly and plainly.

Every question has three answers: True, False, and None for "cannot be told", which is what a value of the wrong type
and a variable without a value lead to (2.2, rule 13).
"""

import functools
import re
import socket
from datetime import UTC, datetime, timedelta
from decimal import Decimal

CLOCK = "qcs:current_time"


def all_of(verdicts):
    verdicts = list(verdicts)
    if False in verdicts:
        return False
    return None if None in verdicts else True


def any_of(verdicts):
    verdicts = list(verdicts)
    if True in verdicts:
        return True
    return None if None in verdicts else False


def opposite(verdict):
    return None if verdict is None else not verdict


def as_list(value):
    return value if isinstance(value, list) else [value]


def conditions_hold(block, caller, request):
    """Operators, and keys under one operator, must all hold (2.2, rules 2 and 3); `[]` is no condition (1.1)."""
    return all_of(
        condition_holds(operator.strip(), key.strip(), as_list(values), caller, request)
        for operator, keys in (block or {}).items()
        for key, values in keys.items()
    )


def condition_holds(operator, key, written, caller, request):
    qualifier, _, operator = operator.rpartition(":")
    needs_no_key = operator.endswith("_if_exist")
    operator = operator.removesuffix("_if_exist")
    actual = values_of(key, caller, request)
    if actual is None:
        return None
    if operator == "null_equal":  # "true": the key is absent, "false": it is there (2.1)
        return any_of(compare("bool_equal", "false" if actual else "true", value, caller) for value in written)
    if not actual:
        return needs_no_key  # also for negated operators (rules 4, 5, 10)
    verdicts = [value_fits(operator, value, written, caller) for value in actual]
    return all_of(verdicts) if qualifier == "for_all_value" else any_of(verdicts)  # rules 8, 9, 11


def value_fits(operator, actual, written, caller):
    """One of the written values must match (rule 1); for a negated operator, none of them (rule 7)."""
    positive = operator.replace("_not_", "_", 1)
    verdict = any_of(compare(positive, actual, value, caller) for value in written)
    return verdict if operator == positive else opposite(verdict)


def compare(operator, actual, written, caller):
    """A variable of the caller's tags stands for each of them: any will do (cam-language 3)."""
    text = str(written).lower() if isinstance(written, bool) else str(written)
    return any_of(compare_one(operator, actual, text, freeze(values)) for values in caller.variables)


# Values ---------------------------------------------------------------------------------------------------------------


def values_of(key, caller, request):
    """What the request says of a key: no values where it has none, None where that cannot be told."""
    key = present_name(key)
    if key == "qcs:owner_uin":
        return [caller.root]
    if key == "qcs:uin":
        return [caller.uin] if caller.uin else []
    if re.fullmatch(r"qcs:re(source|quest)_tag(/.*)?", key, re.DOTALL):
        return tags(key, request.context)
    given = request.context.get(key, [])
    if key == CLOCK and not given:
        if request.time is None:
            return None
        return [datetime.fromtimestamp(request.time // 1, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")]
    return given


def present_name(key):
    """`qcs:tag` is the old name of `qcs:resource_tag` (2.4)."""
    return re.sub(r"^qcs:tag(?=/|$)", "qcs:resource_tag", key)


def tags(key, context):
    """A tag is given as `key&value`, or as `value` under `…/key`; it can be asked for in both ways (2.3)."""
    name, _, wanted = key.partition("/")
    whole = []
    for given, values in context.items():
        given_name, _, tag_key = present_name(given.strip()).partition("/")
        if given_name == name:
            whole += [f"{tag_key}&{value}" if tag_key else value for value in values]
    if not wanted:
        return whole
    return [value for tag_key, _, value in (each.partition("&") for each in whole) if tag_key == wanted]


# Comparisons ----------------------------------------------------------------------------------------------------------


def freeze(variables):
    return tuple(variables.items())


@functools.cache
def compare_one(operator, actual, written, variables):
    if operator == "string_like":
        return fits(written, actual, variables)
    expected = replaced(written, dict(variables))
    kind, _, order = operator.partition("_")
    if expected is None:
        return None if kind not in ("string", "binary") or may_equal(written, actual, order, variables) else False
    read = {"string": str, "binary": str, "bool": boolean, "numeric": number, "date": moment}.get(kind)
    if order == "equal_ignore_case":
        return actual.casefold() == expected.casefold()
    try:
        if kind == "ip":
            return bits(actual).startswith(block(expected))
        return in_order(read(actual), order, read(expected))
    except ValueError:
        return None


def in_order(left, order, right):
    return {
        "equal": left == right,
        "less_than": left < right,
        "less_than_equal": left <= right,
        "greater_than": left > right,
        "greater_than_equal": left >= right,
    }[order]


def replaced(text, variables):
    """The text with its variables replaced (cam-language 3); None where one has no value."""
    if any(name not in variables for name in re.findall(r"\$\{([^}]*)\}", text)):
        return None
    return re.sub(r"\$\{([^}]*)\}", lambda match: variables[match[1]], text)


def may_equal(written, actual, order, variables):
    """A variable without a value may stand for any text, and for no more than that (3)."""
    if order == "equal_ignore_case":
        known = tuple((name, value.casefold()) for name, value in variables)
        return may_equal(written.casefold(), actual.casefold(), "equal", known)
    values = [replaced(part, dict(variables)) for part in re.split(r"(\$\{[^}]*\})", written)]
    return re.fullmatch(".*".join(map(re.escape, runs(values))), actual, re.DOTALL) is not None


def runs(values):
    """The texts between those that are None."""
    found = [""]
    for value in values:
        if value is None:
            found.append("")
        else:
            found[-1] += value
    return found


@functools.cache
def fits(pattern, text, variables=()):
    """`*` is any run of characters, all else is itself, as is whatever a variable brings in (1.2, 1.3, 3).

    A variable without a value may stand for any text: what that could make fit cannot be told, all else does not fit.
    """
    regex, is_known = "", True
    for part in re.split(r"(\*|\$\{[^}]*\})", pattern):
        value = replaced(part, dict(variables))
        is_known = is_known and value is not None
        regex += ".*" if part == "*" or value is None else re.escape(value)
    is_fit = re.fullmatch(regex, text, re.DOTALL) is not None
    return None if is_fit and not is_known else is_fit


def boolean(text):
    if text.strip().lower() not in ("true", "false"):
        raise ValueError(text)
    return text.strip().lower() == "true"


def number(text):
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text.strip()):
        raise ValueError(text)
    return Decimal(text.strip())


def moment(text):
    """`2016-06-01T00:01:00Z`; also with an offset, with a blank, or without a zone, which is UTC then (2.3)."""
    parts = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:T| |T )(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?", text.strip())
    if parts is None:
        raise ValueError(text)
    day, hour, fraction, zone = parts.groups()
    read = datetime.strptime(f"{day} {hour} {(zone or 'Z').replace('Z', '+00:00')}", "%Y-%m-%d %H:%M:%S %z")
    return read + timedelta(seconds=float(fraction or 0))


def bits(address):
    """The 128 bits of an address; an IPv4 address is the IPv6 address `::ffff:a.b.c.d` (2.3)."""
    text = address.strip()
    try:
        raw = socket.inet_pton(socket.AF_INET6, text if ":" in text else f"::ffff:{text}")
    except OSError:
        raise ValueError(address) from None
    return "".join(f"{byte:08b}" for byte in raw)


def block(network):
    """The bits that all addresses of a block begin with; a bare address is a block of its own (2.3)."""
    address, slash, length = network.strip().partition("/")
    whole = bits(address)
    own = 128 if ":" in address else 32
    if not slash:
        return whole
    if length not in map(str, range(own + 1)) or address != address.strip():
        raise ValueError(network)
    return whole[: 128 - own + int(length)]
