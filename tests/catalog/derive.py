"""Makes the catalog's data files from the published action lists: `python tests/catalog/derive.py FOLDER`.

FOLDER holds `im_actions.csv`, `sms_actions.csv` and `cam-api.md`; the files under authz/catalog/data are rewritten.
"""

import csv
import io
import re
import sys
from pathlib import Path

DATA = Path(__file__).parents[2] / "authz" / "catalog" / "data"
COLUMNS = ["service", "action", "access", "resource_level", "resource_type", "status", "successor", "description"]
STS = {
    "AssumeRole": "write", "AssumeRoleWithSAML": "write", "AssumeRoleWithWebIdentity": "write",
    "GetCallerIdentity": "read", "GetFederationToken": "write", "GetSessionToken": "write",
}  # fmt: skip
CAM_EXAMPLES = {"DescribeSubAccountContacts": "read", "PassRole": "write"}
"""Actions of CAM that no API list has and published policies name."""


def product_rows(text):
    for row in csv.DictReader(io.StringIO(text)):
        status = row["status"]
        successor = status.partition("-> ")[2]
        tail = row["resource pattern"].rpartition(":")[2]
        yield {
            "service": row["service prefix"],
            "action": row["action"],
            "access": row["access level"],
            "resource_level": row["resource-level"],
            "resource_type": tail.partition("/")[0] if row["resource-level"] == "y" else "",
            "status": re.split(r"[ ,]", status)[0],
            "successor": successor,
            "description": row["description"],
        }


def cam_rows(text):
    listed = re.search(r"## 2\. All \d+ actions\s+(.*?)\n", text, re.DOTALL)[1]
    for action in sorted(re.findall(r"`(\w+)`", listed)):
        yield cam_row("cam", action, cam_access(action))
    for action, access in CAM_EXAMPLES.items():
        yield cam_row("cam", action, access) | {"status": "example-only"}
    for action, access in STS.items():
        yield cam_row("sts", action, access)


def cam_access(action):
    if action.startswith("List"):
        return "list"
    return "read" if action.startswith(("Get", "Describe")) else "write"


def cam_row(service, action, access):
    return dict.fromkeys(COLUMNS, "") | {
        "service": service, "action": action, "access": access, "resource_level": "y", "status": "current",
    }  # fmt: skip


def written(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def derived(folder):
    return {
        "im.csv": written(product_rows((folder / "im_actions.csv").read_text())),
        "sms.csv": written(product_rows((folder / "sms_actions.csv").read_text())),
        "cam.csv": written(cam_rows((folder / "cam-api.md").read_text())),
    }


if __name__ == "__main__":
    for name, text in derived(Path(sys.argv[1])).items():
        (DATA / name).write_text(text)
