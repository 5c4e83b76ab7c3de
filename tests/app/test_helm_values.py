"""Values for the chart hold the account that the directory holds."""

import pytest
import yaml

from authz.app import helm_values as subject
from authz.app.helm_values import helm_values
from authz.errors import InvalidAccountError, SourceError
from authz.sources.directory.source import DirectorySource
from tests.builders import allow
from tests.sidecar import EXAMPLE, write_account


def test_a_flat_mount_of_the_values_is_the_same_account(tmp_path):
    accounts = yaml.safe_load(helm_values(EXAMPLE))["accounts"]
    assert list(accounts) == ["12345678"]
    assert next(iter(accounts["12345678"])) == "attachments.yaml"
    for name, text in accounts["12345678"].items():
        tmp_path.joinpath(name).write_text(text)
    assert DirectorySource(tmp_path).load("") == DirectorySource(EXAMPLE).load("12345678")


def test_texts_of_several_lines_stay_readable():
    assert "    attachments.yaml: |\n" in helm_values(EXAMPLE)


def test_a_broken_directory_has_no_values(tmp_path):
    for name in ("a", "b"):
        write_account(tmp_path / "d" / name, {"p": [allow("im:*")]})
    write_account(tmp_path / "d" / "c", {"p": "{"}, account="5")
    with pytest.raises(InvalidAccountError) as caught:
        helm_values(tmp_path / "d")
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["DuplicateAccount", "InvalidParameter.PolicyDocumentError"]
    with pytest.raises(SourceError, match="no account found"):
        helm_values(tmp_path)


def test_an_account_that_no_config_map_can_hold_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(subject, "MOST_BYTES", 10)
    with pytest.raises(InvalidAccountError, match="a ConfigMap holds 10: use a database instead"):
        helm_values(write_account(tmp_path / "d"))
