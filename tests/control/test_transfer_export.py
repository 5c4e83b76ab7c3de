"""An account that files cannot hold is not exported."""

import pytest

from authz.app.opening import opened_plane
from authz.app.transfer import export_directory
from authz.control.errors import ControlError
from tests.builders import ROOT_UIN, allow, document
from tests.control.directories import load, quiet
from tests.control.planes import root
from tests.sidecar import EXAMPLE


@pytest.fixture
def plane(database_url):
    with opened_plane(database_url) as opened:
        yield opened


def test_a_policy_that_no_file_can_hold_stops_the_export(plane, tmp_path):
    load(plane, EXAMPLE)
    plane.policies.create_policy(root(), policy_name=".hidden", policy_document=document(allow("im:*")))
    with pytest.raises(ControlError, match=r"`\.hidden`: files whose name begins with a dot are not read; rename"):
        export_directory(plane, [ROOT_UIN], tmp_path / "new", quiet)
    assert not tmp_path.joinpath("new").exists()
