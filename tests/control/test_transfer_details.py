"""The details of an account are read as they were written."""

from hypothesis import given
from hypothesis import strategies as st

from authz.app.transfer import to_yaml
from authz.control.transfer_details import (
    AccountDetails,
    AttachedDetails,
    Details,
    GroupDetails,
    JoinedDetails,
    PolicyDetails,
    RoleDetails,
    UserDetails,
    VersionDetails,
    details_value,
    parse_details,
)
from authz.language.report import Report
from authz.sources.yaml_text import read_yaml
from tests import strategies

_times = st.none() | st.floats(0, 4e9, allow_nan=False)
_texts = st.none() | strategies.texts
_flags = st.none() | st.booleans()
_numbers = st.none() | st.integers(1, 2**63 - 1)
_ids = st.none() | st.integers(1_000_001, 2**63 - 1)
_role_ids = st.none() | st.integers(1, 2**63 - 1).map(str)
_tags = st.none() | st.dictionaries(strategies.texts, strategies.texts, min_size=1, max_size=2).map(
    lambda tags: tuple(tags.items())
)


def _named(values):
    return st.dictionaries(st.sampled_from(["a", "7", "b: c", "no"]), values, max_size=2)


_attached = _named(st.builds(AttachedDetails, _times, _texts, _numbers))
_versions = st.dictionaries(st.sampled_from(["1", "2", "12"]), st.builds(VersionDetails, _times, _texts), max_size=2)
_details = st.builds(
    Details,
    st.builds(AccountDetails, _texts, _times, _texts, _times, _texts),
    _named(
        st.builds(
            UserDetails, _numbers, _texts, _flags, _texts, _texts, _texts, _times,
            _named(st.builds(JoinedDetails, _times, _numbers)), _attached,
        )
    ),
    _named(st.builds(GroupDetails, _numbers, _texts, _times, _attached)),
    _named(st.builds(RoleDetails, _role_ids, _texts, _texts, _flags, _numbers, _times, _times, _attached)),
    _named(st.builds(PolicyDetails, _ids, _texts, _numbers, _numbers, _numbers, _tags, _times, _times, _versions)),
    _named(strategies.texts),
)  # fmt: skip


@given(_details)
def test_what_is_written_is_read_as_the_same(details):
    report = Report()
    assert parse_details(read_yaml(to_yaml(details_value(details))).value, report) == details
    assert report.findings == []


@given(strategies.json_values)
def test_anything_is_read_or_reported(value):
    report = Report()
    parsed = parse_details(value, report)
    assert report.findings or parsed == Details() or isinstance(value, dict)


def test_an_empty_file_says_nothing():
    assert parse_details(None, Report()) == Details()
