"""A listing keeps what single checks allow: by patterns, and by single checks of tagged items."""

import random
from dataclasses import replace

import pytest

from authz.enforcement import Header, Listing, current_call
from tests.client.proxy import Proxy
from tests.enforcement.backend import BACKENDS, Item, Told, asyncio_backend, failure, mapping, stub_on
from tests.sidecar import Sidecar, check_request, user, write_account
from tests.waiting import BRIEF

ACTION = "im:DescribeAppStatList"
RESOURCE = "qcs::im::uin/12345678:sdkappid/{app}"
TAGGED = {"for_any_value:string_equal": {"qcs:resource_tag": "dept&ops"}}
TAGS = ["", "dept&ops", "dept&hr"]
USERS = {
    100001: [{"effect": "allow", "action": "im:*", "resource": "qcs::im:::sdkappid/1*"}],
    100002: [{"effect": "allow", "action": "im:*", "resource": "*", "condition": TAGGED}],
    100003: [
        {"effect": "allow", "action": "im:*", "resource": "*"},
        {"effect": "deny", "action": "im:*", "resource": "*", "condition": TAGGED},
        {"effect": "deny", "action": "im:*", "resource": "qcs::im:::sdkappid/11"},
    ],
    100004: [],
}


def tag_of(item):
    return item.tag or None


LISTING = Listing(ACTION, RESOURCE, items="items", count="count", item_context={"qcs:resource_tag": tag_of})


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory):
    policies = {f"p{uin}": statements for uin, statements in USERS.items() if statements}
    users = [{"uin": str(uin), "name": f"n{uin}", "policies": [f"p{uin}"] if USERS[uin] else []} for uin in USERS]
    with Sidecar(write_account(tmp_path_factory.mktemp("account"), policies, users=users)) as running:
        yield running


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.__name__)
def backend(request):
    return request.param


def items(rnd):
    return [Item(app=str(number), tag=rnd.choice(TAGS)) for number in range(8, 24)]


def is_allowed(sidecar, uin, item):
    context = {"qcs__resource_tag": [item.tag]} if item.tag else {}
    request = check_request(user(uin), ACTION, RESOURCE.replace("{app}", item.app), **context)
    return sidecar.stub.Check(request).allowed


def test_a_list_keeps_exactly_what_single_checks_allow(sidecar, backend):
    rnd = random.Random(5)
    with backend(sidecar.socket, mapping({"List": LISTING})) as (record, port), stub_on(port) as stub:
        lengths = set()
        for uin in [*USERS, 404]:
            record.items = items(rnd)
            answer = stub.one(method="List", metadata=(("x-principal", user(uin)),))
            assert list(answer.items) == [each for each in record.items if is_allowed(sidecar, uin, each)]
            assert answer.count == len(answer.items)
            assert len(record.told.items) == 16  # the message is the handler's own, which may keep it
            lengths.add(len(answer.items))
    assert lengths >= {0, 10}


@pytest.mark.parametrize("tags", [b"dept&ops", {"dept": "ops"}, 7, ["dept&ops", 7]], ids=repr)
def test_tags_of_an_item_that_are_no_texts_show_nothing(sidecar, backend, tags):
    listing = replace(LISTING, item_context={"qcs:resource_tag": lambda _item: tags})
    with backend(sidecar.socket, mapping({"List": listing})) as (record, port), stub_on(port) as stub:
        record.items = [Item(app="8")]
        assert failure(lambda: stub.one(method="List", metadata=(("x-principal", user(100003)),)))[0] == "UNKNOWN"


def test_a_handler_may_filter_by_itself_as_pages_need_it(sidecar):
    async def page(_request, _context):
        seen = await current_call().listed.only(Item(app=str(number)) for number in range(8, 24))
        return Told(items=seen[:3])

    mapped = mapping({"List": LISTING})
    with asyncio_backend(sidecar.socket, mapped, handlers=(page,) * 5) as (_, port), stub_on(port) as stub:
        assert [each.app for each in stub.one(method="List").items] == ["10", "11", "12"]


def test_an_item_whose_resource_cannot_be_named_fails_the_list(sidecar, backend):
    with backend(sidecar.socket, mapping({"List": LISTING})) as (record, port), stub_on(port) as stub:
        record.items = [Item(app="1*")]
        assert failure(lambda: stub.one(method="List"))[0] == "INVALID_ARGUMENT"


def test_a_list_needs_a_sidecar_for_its_single_checks_too(sidecar, backend):
    """A list that lacks what nobody decided would look complete."""
    with (
        Proxy(sidecar.tcp) as proxy,
        backend(proxy.address, mapping({"List": LISTING}), timeout=BRIEF) as (record, port),
        stub_on(port, metadata=(("x-principal", user(100002)),)) as stub,
    ):
        record.items = items(random.Random(1))
        stub.one_in_the_end(method="List")
        whole = record.list

        def cut():
            proxy.cut(refuse=True)
            return whole()

        record.list = cut
        assert failure(lambda: stub.one(method="List"))[0] == "UNAVAILABLE"
        assert failure(lambda: stub.one(method="List"))[0] == "UNAVAILABLE"


def test_a_principal_must_be_said_for_a_list_too(sidecar, backend):
    mapped = mapping({"List": LISTING}, principal=Header("x-other"))
    with backend(sidecar.socket, mapped) as (record, port), stub_on(port) as stub:
        assert failure(lambda: stub.one(method="List"))[0] == "UNAUTHENTICATED"
        assert record.calls == []
