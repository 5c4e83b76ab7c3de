"""Who calls and from where: one answer or none."""

import asyncio

import grpc
import pytest

from authz.enforcement import Certificate, Header
from authz.enforcement.sources import ContextKey, is_asynchronous
from tests.certificates import Authority
from tests.enforcement.backend import BACKENDS, failure, mapping, stub_on
from tests.sidecar import EXAMPLE, Sidecar, user
from tests.waiting import BRIEF

HEIDI = user(100008)
APP = "1400000001"


@pytest.fixture(scope="module")
def sidecar():
    with Sidecar(EXAMPLE) as running:
        yield running


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.__name__)
def test_a_verified_certificate_names_the_principal(sidecar, backend):
    authority = Authority()
    certificate, key = authority.issue("localhost", "localhost")
    server = grpc.ssl_server_credentials([(key, certificate)], authority.pem, require_client_auth=True)
    mapped = mapping(principal=Certificate({"billing": HEIDI}))
    expected = {
        authority.issue("heidi", HEIDI): "served",
        authority.issue("billing"): "served",
        authority.issue("leo", user(100012)): "PERMISSION_DENIED",
        authority.issue("stranger"): "UNAUTHENTICATED",
        authority.issue("two", HEIDI, user(100009)): "UNAUTHENTICATED",
    }
    with backend(sidecar.socket, mapped, credentials=server) as (record, port):
        for (certificate, key), outcome in expected.items():
            credentials = grpc.ssl_channel_credentials(authority.pem, key, certificate)
            with stub_on(port, credentials, metadata=()) as stub:
                got = "served" if outcome == "served" and stub.one(app=APP) else None
                assert (got or failure(lambda stub=stub: stub.one(app=APP))[0]) == outcome
    assert len(record.seen) == 2


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.__name__)
def test_without_tls_a_certificate_names_nobody_whatever_the_metadata_say(sidecar, backend):
    metadata = (("x509_common_name", HEIDI), ("x509_subject_alternative_name", HEIDI))
    with backend(sidecar.socket, mapping(principal=Certificate())) as (_, port), stub_on(port) as stub:
        assert failure(lambda: stub.one(app=APP, metadata=metadata))[0] == "UNAUTHENTICATED"


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.__name__)
def test_a_callable_finds_the_principal_by_its_own_rules(sidecar, backend):
    def principal(call):
        return {"heidi": HEIDI, "nobody": None}[call.header("x-name")[0]]

    with backend(sidecar.socket, mapping(principal=principal)) as (_, port), stub_on(port) as stub:
        stub.one(app=APP, metadata=(("x-name", "heidi"),))
        assert failure(lambda: stub.one(app=APP, metadata=(("x-name", "nobody"),)))[0] == "UNAUTHENTICATED"
        assert failure(lambda: stub.one(app=APP, metadata=(("x-name", "else"),)))[0] == "INTERNAL"
        assert failure(lambda: stub.one(app=APP, metadata=()))[0] == "INTERNAL"


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.__name__)
@pytest.mark.parametrize("values", [b"prod", 7, {"dept": "ops"}, ["prod", 7]], ids=repr)
def test_values_that_are_no_texts_are_a_fault_of_the_mapping_and_serve_nobody(sidecar, backend, values):
    mapped = mapping(context={"im:env": lambda _call: values})
    with backend(sidecar.socket, mapped) as (record, port), stub_on(port) as stub:
        assert failure(lambda: stub.one(app=APP, metadata=(("x-principal", HEIDI),)))[0] == "INTERNAL"
    assert record.seen == []


@pytest.mark.parametrize("values", ["prod", ["prod"], ("prod",), {"prod"}])
def test_a_callable_gives_values_as_a_question_has_them(values):
    assert ContextKey("im:env", lambda _call: values).values(None) == ("prod",)


def test_a_callable_may_be_asynchronous_on_asyncio_and_is_bound_by_the_deadline(sidecar):
    async def principal(call):
        if call.header("x-slow"):
            await asyncio.Event().wait()
        return HEIDI

    with (
        BACKENDS[0](sidecar.socket, mapping(principal=principal), timeout=BRIEF) as (record, port),
        stub_on(port) as stub,
    ):
        stub.one_in_the_end(app=APP)
        assert failure(lambda: stub.one(app=APP, metadata=(("x-slow", "1"),)))[0] == "UNAVAILABLE"
        assert len(record.seen) == 1
    assert is_asynchronous(principal)
    assert not is_asynchronous(Header("x"))
