import pytest

from authz.accounts.presets import find_preset, presets
from authz.catalog.catalog import Access, load_catalog
from authz.language.action import parse_action

EVERYTHING = load_catalog().actions()
READS = {Access.READ, Access.LIST}


def allowed(name, actions=EVERYTHING):
    """The texts of those actions that the preset allows."""
    (statement,) = find_preset(name).document.statements
    concrete = [action for action in actions if "*" not in action.name]
    return {
        str(action)
        for action in concrete
        if any(pattern.matches(parse_action(str(action))) for pattern in statement.actions)
    }


def of(*services, access=frozenset(Access)):
    return {str(action) for action in load_catalog().actions(*services) if action.access in access}


@pytest.mark.parametrize(
    "name",
    [
        "AdministratorAccess",
        "ReadOnlyAccess",
        "QcloudAVCFullAccess",
        "QcloudIMReadOnlyAccess",
        "QcloudSMSFullAccess",
        "QcloudSMSReadonlyAccess",
        "QcloudCamFullAccess",
        "QcloudCamReadOnlyAccess",
    ],
)
def test_a_preset_is_spelt_as_shown_and_found_whatever_the_case(name):
    # requirements 48-51
    assert find_preset(name).name == name
    assert find_preset(name.upper()) is find_preset(name)
    assert find_preset(name).is_preset


@pytest.mark.parametrize("name", ["", "QcloudIMFullAccess", "app-operators"])
def test_no_preset_is_invented(name):
    assert find_preset(name) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("QcloudAVCFullAccess", of("im")),
        ("QcloudSMSFullAccess", of("sms")),
        ("QcloudCamFullAccess", of("cam")),
        ("QcloudIMReadOnlyAccess", of("im", access=READS)),
        ("QcloudSMSReadonlyAccess", of("sms", access=READS)),
        ("QcloudCamReadOnlyAccess", of("cam", access=READS)),
        ("ReadOnlyAccess", of(access=READS)),
    ],
)
def test_a_preset_allows_just_the_actions_it_is_named_for(name, expected):
    # requirements 43, 44
    assert allowed(name) == expected


def test_the_administrator_may_do_what_the_catalog_does_not_even_know():
    (statement,) = find_preset("AdministratorAccess").document.statements
    assert statement.actions[0].matches(parse_action("nosuch:Action"))


def test_no_read_only_preset_allows_a_write():
    # requirements 43
    writes = [action for action in EVERYTHING if action.access is Access.WRITE]
    for name in ("ReadOnlyAccess", "QcloudIMReadOnlyAccess", "QcloudSMSReadonlyAccess", "QcloudCamReadOnlyAccess"):
        assert allowed(name, writes) == set()


def test_every_preset_reaches_all_resources_and_operation_level_apis():
    # requirements 45; cam-language 6: only the bare `*` matches the request `*`
    for preset in presets().values():
        (statement,) = preset.document.statements
        assert [resource.is_any for resource in statement.resources] == [True]
