from authz.catalog.catalog import load_catalog
from authz.catalog.services import OTHER_SERVICES


def test_no_service_is_both_in_the_catalog_and_outside_of_it():
    assert OTHER_SERVICES & load_catalog().services == frozenset()


def test_names_are_short_and_in_lower_case():
    assert all(name == name.lower() and name.isalnum() for name in OTHER_SERVICES)
    assert "cvm" in OTHER_SERVICES
