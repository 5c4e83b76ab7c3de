"""Conditions as the manual tells them, in three values: True, False, None for `cannot be told` (cam-language 2)."""

import ipaddress
import re
from datetime import UTC, datetime

TAGS = ("qcs:resource_tag", "qcs:request_tag")


def all_of(verdicts):
    verdicts = list(verdicts)
    return False if False in verdicts else None if None in verdicts else True


def any_of(verdicts):
    verdicts = list(verdicts)
    return True if True in verdicts else None if None in verdicts else False


def conditions_hold(statement, request, variables):
    """Operators AND, keys AND (rules 2 and 3)."""
    blocks = (statement.get("condition") or {}).items()
    return all_of(
        one_holds(operator.strip(), key.strip(), values if isinstance(values, list) else [values], request, variables)
        for operator, block in blocks
        for key, values in block.items()
    )


def one_holds(operator, key, written, request, variables):
    qualifier, _, name = operator.rpartition(":")
    if_exist = name.endswith("_if_exist")
    name = name.removesuffix("_if_exist")
    key = re.sub(r"^qcs:tag(?=/|$)", "qcs:resource_tag", key)
    actual = values_of(key, request)
    if name == "null_equal":
        return any(text(value) == ("false" if actual else "true") for value in written)
    if key == "qcs:current_time" and not request["context"].get(key) and request["time"] is None:
        return None
    if not actual:
        return if_exist
    verdicts = [compare(name, value, written, variables) for value in actual]
    return all_of(verdicts) if qualifier == "for_all_value" else any_of(verdicts)


def values_of(key, request):
    if key == "qcs:uin":
        return [request["uin"]] if request["uin"] else []
    if key == "qcs:owner_uin":
        return [request["account"]]
    if key == "qcs:current_time" and not request["context"].get(key) and request["time"] is not None:
        return [datetime.fromtimestamp(int(request["time"]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")]
    if key.startswith(TAGS):
        return tags(key, request["context"])
    return list(request["context"].get(key, []))


def tags(key, context):
    """`key&value` under the bare key, `value` under `…/key`, each read both ways; `qcs:tag` is the old name."""
    bare, _, wanted = key.partition("/")
    found = []
    for given, values in context.items():
        name, _, tag_key = re.sub(r"^qcs:tag(?=/|$)", "qcs:resource_tag", given).partition("/")
        for value in values if name == bare else []:
            whole = f"{tag_key}&{value}" if tag_key else value
            if not wanted:
                found.append(whole)
            elif whole.partition("&")[0] == wanted:
                found.append(whole.partition("&")[2])
    return found


def text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def compare(name, actual, written, variables):
    """Any expected value may match (rule 1); a negation wants none of them to (rule 7)."""
    is_negated = "_not_" in name
    verdicts = [matches(name.replace("_not_", "_"), actual, text(value), variables) for value in written]
    verdict = any_of(verdicts)
    return verdict if verdict is None or not is_negated else not verdict


def matches(name, actual, template, variables):
    verdicts = []
    for values in variables:
        pieces = re.split(r"\$\{([^}]*)\}", template)
        if any(piece not in values for piece in pieces[1::2]):
            verdicts.append(None)
            continue
        try:
            verdicts.append(matches_one(name, actual, pieces, values))
        except ValueError:
            verdicts.append(None)
        if len(pieces) == 1:
            break
    return any_of(verdicts)


def matches_one(name, actual, pieces, values):
    expected = "".join(values[piece] if at % 2 else piece for at, piece in enumerate(pieces))
    if name == "string_like":
        return bool(re.fullmatch(wildcard(pieces, values), actual, re.DOTALL))
    if name == "string_equal_ignore_case":
        return actual.casefold() == expected.casefold()
    if name in ("string_equal", "binary_equal"):
        return actual == expected
    if name == "bool_equal":
        return boolean(actual) == boolean(expected)
    if name == "ip_equal":
        return ipaddress.ip_address(actual) in ipaddress.ip_network(expected, strict=False)
    read = moment if name.startswith("date") else number
    left, right, comparison = read(actual), read(expected), name.partition("_")[2]
    outcomes = {"equal": left == right, "less_than": left < right, "greater_than": left > right}
    outcomes |= {"less_than_equal": left <= right, "greater_than_equal": left >= right}
    return outcomes[comparison]


def wildcard(pieces, values):
    """`*` is any run of characters where the document has it, and itself where a variable brought it."""
    return "".join(
        re.escape(values[piece]) if at % 2 else ".*".join(map(re.escape, piece.split("*")))
        for at, piece in enumerate(pieces)
    )


def boolean(value):
    if value.lower() not in ("true", "false"):
        raise ValueError
    return value.lower() == "true"


def number(value):
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", value):
        raise ValueError
    return float(value)


def moment(value):
    value = value.replace("T ", "T").replace(" ", "T").replace("Z", "+00:00")
    if "T" not in value:
        raise ValueError
    parsed = datetime.fromisoformat(value)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
