from hpack.table import HeaderTable

from authz.http2.static_table import STATIC_TABLE


def test_it_is_that_of_the_library():
    assert STATIC_TABLE == HeaderTable.STATIC_TABLE
