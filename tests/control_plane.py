"""A real control plane process for tests: made by `authz control init`, served, and asked by Tencent's own SDK."""

import base64
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tencentcloud.cam.v20190116 import models
from tencentcloud.cam.v20190116.cam_client import CamClient
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from tests.waiting import DEADLINE, eventually

ROOT = Path(__file__).parents[1]
ACCOUNT, APP_ID = "12345678", "1250000000"
MASTER_KEY = base64.b64encode(bytes(range(32))).decode()
READY = "serving the CAM API on "
_HTTP = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def authz(*arguments, **environment):
    """Run a command of the program; its outcome, with the master key of the tests in its environment."""
    return subprocess.run(
        [sys.executable, "-m", "authz", *arguments],
        cwd=ROOT,
        env={**os.environ, "AUTHZ_MASTER_KEY": MASTER_KEY, **environment},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )


def init(url, account=ACCOUNT, app_id=APP_ID):
    """Make a root account; what is shown once: Uin, Password, SecretId and SecretKey."""
    outcome = authz("control", "init", url, "--account", account, "--app-id", app_id, "--json")
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout)


class ControlPlaneProcess:
    """`with ControlPlaneProcess(url, folder) as plane:` serves the API on a port of loopback until the block ends.

    Another one on the same database is given the `root` of the first.
    """

    def __init__(self, url, folder, *options, scheme="http", root=None):
        self._log = Path(folder, "control-plane.log")
        self._scheme = scheme
        self._command = [
            sys.executable, "-m", "authz", "control", "serve", url, "--http", "127.0.0.1:0", *options,
        ]  # fmt: skip
        self.url = url
        self.root = root or init(url)

    def __enter__(self):
        environment = {**os.environ, "AUTHZ_MASTER_KEY": MASTER_KEY, "PYTHONUNBUFFERED": "1"}
        with self._log.open("w") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log, cwd=ROOT, env=environment)
        self.address = eventually(self._ready)
        self.endpoint = self.address.partition("://")[2]
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            assert self.stop() == 0, self.log

    def _ready(self):
        assert self.process.poll() is None, self.log
        found = [line for line in self.log.splitlines() if line.startswith(READY)]
        return found[0].removeprefix(READY) if found else None

    @property
    def log(self):
        """Everything that the process has printed and logged."""
        return self._log.read_text()

    def stop(self):
        """End it as Kubernetes does; its exit status."""
        self.process.terminate()
        try:
            return self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def get(self, path):
        """Status and body over HTTP."""
        try:
            with _HTTP.open(f"{self.address}{path}", timeout=DEADLINE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def profile(self, sign_method="TC3-HMAC-SHA256", http_method="POST", **more):
        """A profile of the SDK that points at this control plane."""
        http = HttpProfile(
            protocol=self._scheme, endpoint=self.endpoint, reqMethod=http_method, reqTimeout=DEADLINE, **more
        )
        return ClientProfile(signMethod=sign_method, httpProfile=http)

    def client(self, key=None, *, region="", **profile):
        """Tencent's client of CAM, with the key of root unless another is given."""
        return CamClient(self.credential(key or self.root), region, self.profile(**profile))

    def sts(self, key=None):
        """Tencent's client of any service, for STS."""
        return CommonClient("sts", "2018-08-13", self.credential(key or self.root), "", self.profile())

    @staticmethod
    def credential(key):
        """A credential of the SDK; a key is an object of `init`, or of the same names."""
        return Credential(key["SecretId"], key["SecretKey"], key.get("Token"))


def call(client, action, **parameters):
    """Call an action through the SDK's typed models; its typed answer."""
    request = getattr(models, f"{action}Request")()
    request.from_json_string(json.dumps(parameters))
    return getattr(client, action)(request)


def assume_role(plane, role_arn, key=None, name="session-1", **more):
    """The temporary key of a role, as `client` takes it."""
    parameters = {"RoleArn": role_arn, "RoleSessionName": name, **more}
    answer = plane.sts(key).call_json("AssumeRole", parameters)["Response"]["Credentials"]
    return {"SecretId": answer["TmpSecretId"], "SecretKey": answer["TmpSecretKey"], "Token": answer["Token"]}
