from authz.server.methods import SERVICE, authorization
from authz.v1 import authz_pb2


def test_every_method_of_the_contract_is_in_the_table():
    class Nothing:
        def __getattr__(self, _name):
            return lambda _data: b""

    table = authorization(Nothing(), Nothing(), Nothing(), Nothing(), Nothing())
    contract = authz_pb2.DESCRIPTOR.services_by_name["AuthorizationService"]
    assert (table.service, set(table.methods)) == (SERVICE, {each.name for each in contract.methods})
