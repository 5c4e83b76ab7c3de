"""No secret in logs, change log, exports, error texts, metrics, arguments of processes, or readable in the database."""

from pathlib import Path

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from tests.control_plane import MASTER_KEY, ControlPlaneProcess, assume_role, authz, call
from tests.doors.api3.actions.world import PASSWORD, TRUST

CHANGED_PASSWORD = "Another-Horse-8"
REFUSED_PASSWORD = "hunter-two-has-no-capital"


def refusal(client, action, **parameters):
    with pytest.raises(TencentCloudSDKException) as caught:
        call(client, action, **parameters)
    return str(caught.value)


def make_secrets(plane):
    """Make a secret of each kind; those secrets, and the texts of errors on the way."""
    root = plane.client()
    made = call(root, "AddUser", Name="generated", ConsoleLogin=1, UseApi=1)
    call(root, "AddUser", Name="chosen", ConsoleLogin=1, Password=PASSWORD)
    call(root, "UpdateUser", Name="chosen", Password=CHANGED_PASSWORD)
    key = call(root, "CreateAccessKey", TargetUin=made.Uin).AccessKey
    call(root, "CreateRole", RoleName="role", PolicyDocument=TRUST)
    session = assume_role(plane, call(root, "GetRole", RoleName="role").RoleInfo.RoleArn)
    call(plane.client(session), "GetUserAppId")
    texts = [
        refusal(root, "AddUser", Name="refused", ConsoleLogin=1, Password=REFUSED_PASSWORD),
        refusal(plane.client({**plane.root, "SecretKey": key.SecretAccessKey}), "ListUsers"),
        refusal(plane.client({**session, "Token": session["Token"][:-4]}), "ListUsers"),
        refusal(plane.client({**plane.root, "SecretId": "AKIDunknown"}, sign_method="HmacSHA1"), "ListUsers"),
    ]
    call(root, "DeleteUser", Name="generated", Force=1)
    secrets = [
        plane.root["Password"], plane.root["SecretKey"], made.Password, made.SecretKey, key.SecretAccessKey,
        session["SecretKey"], session["Token"], PASSWORD, CHANGED_PASSWORD, REFUSED_PASSWORD, MASTER_KEY,
    ]  # fmt: skip
    return secrets, texts


def test_every_secret_is_searched_for(database_url, tmp_path):
    with ControlPlaneProcess(database_url, tmp_path, "--log-level", "debug") as plane:
        secrets, texts = make_secrets(plane)
        arguments = Path(f"/proc/{plane.process.pid}/cmdline").read_text()
        metrics = plane.get("/metrics")[1]
    changes = authz("changes", database_url, "--json")
    assert changes.returncode == 0, changes.stderr
    exported = authz("export", database_url, str(tmp_path / "exported"))
    assert exported.returncode == 0, exported.stderr
    files = "\n".join(path.read_text() for path in (tmp_path / "exported").rglob("*") if path.is_file())
    places = {
        "log": plane.log,
        "errors": "\n".join(texts),
        "arguments": arguments,
        "metrics": metrics,
        "changes": changes.stdout + changes.stderr,
        "export": files + exported.stdout + exported.stderr,
    }
    assert len(secrets) == len(set(secrets)) == 11
    assert all(len(secret) > 10 for secret in secrets)
    found = {name: [secret for secret in secrets if secret in text] for name, text in places.items()}
    assert found == {name: [] for name in places}
    assert ["generated" in places[name] for name in ("changes", "log")] == [True, False]
    assert "chosen" in files
    for file in tmp_path.glob("*.db*"):
        assert [secret for secret in secrets if secret.encode() in file.read_bytes()] == []
