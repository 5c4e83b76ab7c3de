import pytest

from authz.pdp.required_revision import RevisionAheadError, require_revision
from tests.builders import account, engine


@pytest.mark.parametrize("at_least", [0, 1])
def test_a_revision_in_force_and_any_are_there(at_least):
    require_revision(at_least, engine(account()).live)


def test_a_later_one_is_not_there_yet():
    with pytest.raises(RevisionAheadError, match="revision 2 is not in force yet; the current one is 1") as caught:
        require_revision(2, engine(account()).live)
    assert caught.value.revision == 2
