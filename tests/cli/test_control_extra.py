"""What the control plane needs is checked before it is used."""

import click
import pytest

from authz.cli import control_extra
from authz.cli.control_extra import require_control_extra


def test_nothing_is_refused_where_the_extra_is_installed():
    require_control_extra()


@pytest.mark.parametrize("missing", ["sqlalchemy", "starlette"])
def test_a_missing_module_is_named_with_its_cure(missing, monkeypatch):
    monkeypatch.setattr(control_extra, "find_spec", lambda name: None if name == missing else object())
    with pytest.raises(
        click.ClickException, match=rf"{missing} is not installed; install it with: pip install 'authz-s"
    ):
        require_control_extra()
