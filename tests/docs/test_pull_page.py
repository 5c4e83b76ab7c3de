"""What the page on `authz pull` shows is what the command prints against a control plane."""

import re

from authz.app.opening import opened_plane
from authz.control.groups import GroupMember
from tests.builders import allow, document
from tests.control.planes import ROOT_TRUST, root
from tests.control_plane import ControlPlaneProcess
from tests.docs.pages import ROOT, blocks
from tests.pull.accounts import pull, rewrite

SHOWN = [block.text for block in blocks(ROOT / "docs" / "pull.md") if block.language == "console"]


def outputs():
    """What the page shows under each command."""
    return [re.sub(r"^\$ .*\n", "", text) for text in SHOWN]


def test_the_page_shows_what_is_printed(tmp_path):
    with ControlPlaneProcess(f"sqlite:///{tmp_path}/control.db", tmp_path) as running:
        with opened_plane(running.url) as plane:
            for name in ("files", "old"):
                plane.policies.create_policy(root(), policy_name=name, policy_document=document(allow("name/im:*")))
            user = plane.users.add_user(root(), name="alice").uin
            group = plane.groups.create_group(root(), group_name="operators")
            plane.groups.add_user_to_group(root(), info=[GroupMember(group, user)])
            plane.roles.create_role(root(), role_name="ci", policy_document=ROOT_TRUST)
        target = tmp_path / "policies"
        sound = pull(running, "--into", target)
        rewrite(running.url, "files", document(allow("name/cos:GetObject")))
        rewrite(
            running.url, "old", '{"version": "2.0", "statement": [{"effect": "maybe", "action": "*", "resource": "*"}]}'
        )
        broken = pull(running, "--into", tmp_path / "new")
    shown = [result.stdout.replace(str(target), "policies") for result in (sound, broken)]
    assert shown == outputs()
    assert (sound.returncode, broken.returncode) == (0, 1)
