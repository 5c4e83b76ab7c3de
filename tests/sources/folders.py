"""Policy directories on a real disk."""

import json

from authz.engine.request import parse_request
from authz.errors import NotReadyError
from tests.builders import allow, document

GRANT = document(allow("*"))
NOTHING = document(allow("nosuch:Action"))


def attachments(uin, *policies, name="alice"):
    """An attachments file with one user, 100001, as YAML: every JSON text is."""
    return json.dumps({"account": str(uin), "users": [{"uin": "100001", "name": name, "policies": list(policies)}]})


def write_account(folder, uin, text=GRANT):
    """A whole account in `folder` whose user holds one policy, `p`."""
    (folder / "policies").mkdir(parents=True, exist_ok=True)
    (folder / "policies" / "p.json").write_text(text)
    (folder / "attachments.yaml").write_text(attachments(uin, "p"))
    return folder


def allowed(engine, uin):
    """Whether the user 100001 of an account may do something; None where there is no such account or user."""
    try:
        found = engine.decide(parse_request(f"qcs::cam::uin/{uin}:uin/100001", "im:RemoveUser", "*", {}))
    except NotReadyError:
        return None
    return None if found.reason.name == "UNKNOWN_PRINCIPAL" else found.allowed
