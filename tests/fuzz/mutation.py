"""Changes texts, JSON values and bytes at random, so that what comes out is often nearly right."""

import copy
import json

WORDS = [
    '"version"', '"2.0"', '"statement"', '"effect"', '"allow"', '"deny"', '"action"', '"resource"', '"condition"',
    '"principal"', '"qcs"', '"name/im:*"', '"sms:SendSms"', '"sts:AssumeRole"', '"permid/1"', '"*"', '"*:*"', "**",
    '"qcs::im::uin/12345678:sdkappid/*"', '"qcs::cos:gz:uid/1250000000:b/d/*"', '"qcs:::::*"', '"${uin}"', "${", "}",
    '"${qcs:principal_tag_value}"', '"string_like"', '"for_any_value:string_not_equal_if_exist"', '"null_equal"',
    '"date_less_than"', '"2026-01-01T00:00:00Z"', '"ip_equal"', '"10.0.0.0/8"', '"::ffff:1.2.3.4/99"', '"qcs:ip"',
    '"qcs:resource_tag/a"', '"dept&ops"', '"numeric_equal"', "1e999999", "1" * 400, "-0", "null", "true", "[]", "{}",
    "[" * 60, '{"a":' * 60, "\\ud800", "\\u0000", "\x00", "\ud800", "\ufeff", "\u2028", "\u00e9", "\U0001f600", "\\",
    "\n", "\t", " ", ":", ",", "/", "0", "%", "users", "groups", "roles", "uin:", "- ", "policies:", "trust:", "&a",
    "*a", "!!python/object", "---", "|", ">", "<<:", "? ", "#", "{qcs: [", "tags:", "boundary:",
    "qcs::cam::uin/12345678:root",
]  # fmt: skip
_LONGEST = 200_000
_SCALARS = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    "",
    "*",
    "allow",
    "deny",
    "im:*",
    "qcs::im:::*",
    [],
    {},
    [[]],
    "x" * 7000,
]


class Mutator:
    """Mutations drawn from one random generator, so that a run can be repeated."""

    def __init__(self, random):
        self._random = random
        self.choice = random.choice
        self._text_changes = [self._cut, self._repeat, self._insert, self._swap, self._splice, self._replace]

    def chance(self, share):
        """True in this share of all cases."""
        return self._random.random() < share

    def text(self, seed, other):
        """`seed` after one to eight changes, sometimes with a piece of `other`."""
        if self._random.random() < 0.4:
            changed = self._as_json(seed)
            if changed is not None:
                return changed
        for _ in range(self._random.choice((1, 1, 1, 2, 3, 8))):
            seed = self._random.choice(self._text_changes)(seed, other)
        return seed[:_LONGEST]

    def data(self, seed, other):
        """The same for bytes."""
        changed = self.text(seed.decode("latin-1"), other.decode("latin-1"))
        return changed.encode("latin-1", "replace")

    def _span(self, text):
        start = self._random.randint(0, len(text))
        return start, min(len(text), start + int(self._random.expovariate(0.1)))

    def _cut(self, text, _):
        start, end = self._span(text)
        return text[:start] + text[end:]

    def _repeat(self, text, _):
        start, end = self._span(text)
        times = self._random.choice((2, 3, 10, 1000))
        return text[:end] + text[start:end] * times + text[end:]

    def _insert(self, text, _):
        at, _ = self._span(text)
        return text[:at] + self._random.choice(WORDS) + text[at:]

    def _replace(self, text, _):
        start, end = self._span(text)
        return text[:start] + self._random.choice(WORDS) + text[end:]

    def _swap(self, text, _):
        at, _ = self._span(text)
        return (
            text[:at]
            + chr(self._random.choice((self._random.randrange(128), self._random.randrange(256))))
            + text[at + 1 :]
        )

    def _splice(self, text, other):
        at, _ = self._span(text)
        start, end = self._span(other)
        return text[:at] + other[start : end + 20] + text[at:]

    def _as_json(self, text):
        """The text with some values of its JSON changed; None where it is no JSON."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return None
        root = [value]
        for _ in range(self._random.choice((1, 1, 2, 4))):
            self._change(root)
        try:
            return json.dumps(root[0], ensure_ascii=self._random.random() < 0.5)
        except (ValueError, RecursionError):
            return None

    def _change(self, root):
        places = list(_places(root))
        container, key = self._random.choice(places)
        draw = self._random.random()
        if draw < 0.35:
            container[key] = copy.deepcopy(self._random.choice(_SCALARS))
        elif draw < 0.6:
            source, at = self._random.choice(places)
            container[key] = copy.deepcopy(source[at])
        elif draw < 0.8 and isinstance(container[key], str):
            container[key] = self._random.choice(self._text_changes)(container[key], "qcs::im::uin/1:*")
        elif draw < 0.9 and container is not root:
            del container[key]
        elif isinstance(container, dict):
            container[self._random.choice(WORDS).strip('"')] = container[key]
        else:
            container[key] = [container[key]]


def _places(root):
    """Every value inside `root` as its container and key."""
    rest = [root]
    while rest:
        container = rest.pop()
        for key in range(len(container)) if isinstance(container, list) else list(container):
            yield container, key
            if isinstance(container[key], dict | list):
                rest.append(container[key])
