import pytest

from authz.accounts.preset_details import (
    LARGEST_PRESET_ID,
    preset_details,
    preset_of_id,
    preset_of_name,
    search_presets,
)
from authz.accounts.presets import presets


def found(keyword):
    return {each.name for each in search_presets(keyword)}


IM = {"QcloudAVCFullAccess", "QcloudIMReadOnlyAccess"}


def test_every_preset_has_details_under_an_id_of_its_own():
    assert {each.policy.name for each in preset_details().values()} == {each.name for each in presets().values()}
    assert all(0 < policy_id <= LARGEST_PRESET_ID for policy_id in preset_details())


@pytest.mark.parametrize(
    ("policy_id", "name"),
    [
        (1, "AdministratorAccess"),
        (400411, "ReadOnlyAccess"),
        (596169, "QcloudCamFullAccess"),
        (524252, "QcloudAVCFullAccess"),
        (219064, "QcloudSMSFullAccess"),
    ],
)
def test_published_ids_are_those_of_cam(policy_id, name):
    assert preset_of_id(policy_id).name == name
    assert preset_of_name(name.upper()) is preset_of_id(policy_id)


def test_what_is_not_a_preset_is_not_found():
    assert preset_of_id(1_000_001) is None
    assert preset_of_name("QcloudIMFullAccess") is None


@pytest.mark.parametrize(
    "keyword", ["Instant Messaging", "instant  messaging", "即时通信", "インスタントメッセージ", "인스턴트 메시지"]
)
def test_the_name_of_the_service_finds_both_im_presets_in_four_languages(keyword):
    # requirements 53
    assert found(keyword) == IM


@pytest.mark.parametrize("keyword", ["Short Message", "短信", "ショートメッセージ", "문자 메시지"])
def test_the_sms_presets_are_found_in_four_languages(keyword):
    assert found(keyword) == {"QcloudSMSFullAccess", "QcloudSMSReadonlyAccess"}


def test_names_and_descriptions_are_searched_too():
    assert found("avc") == {"QcloudAVCFullAccess"}
    assert found("read-only access to users") == {"QcloudCamReadOnlyAccess"}
    assert found("") == {each.name for each in presets().values()}
    assert found("no such policy") == set()


def test_ids_rise_in_the_list():
    assert list(preset_details()) == sorted(preset_details())
