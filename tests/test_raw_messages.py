from hypothesis import given
from hypothesis import strategies as st

from authz.raw_messages import with_raw_field
from authz.v1 import authz_pb2

CHECKS = st.builds(authz_pb2.CheckRequest, principal=st.text(max_size=5), resource=st.text(max_size=300))
RawBatch = with_raw_field("BatchCheckRequest", "checks")


@given(st.lists(CHECKS, max_size=5), st.sampled_from(["", "7"]))
def test_a_message_and_its_raw_class_are_the_same_on_the_wire(checks, revision):
    batch = authz_pb2.BatchCheckRequest(checks=checks, at_least_revision=revision)
    raw = RawBatch.FromString(batch.SerializeToString())
    assert (list(raw.checks), raw.at_least_revision) == ([each.SerializeToString() for each in checks], revision)
    assert authz_pb2.BatchCheckRequest.FromString(raw.SerializeToString()) == batch


def test_a_raw_class_has_the_name_of_its_message():
    assert RawBatch.DESCRIPTOR.full_name == authz_pb2.BatchCheckRequest.DESCRIPTOR.full_name
