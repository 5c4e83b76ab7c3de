"""What the demo prints: its addresses, the secrets that are shown once, and a shell script to paste, line by line."""

import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from authz.app.demo.example import ACCOUNT
from authz.app.demo.folder import DemoFolder
from authz.control.accounts import NewAccount

SCRIPT = "# Paste these lines into a second terminal."
"""The line from which on everything is a shell script."""
_USER, _UIN = "leo", "100012"  # a user of the example without policies
_PRESET = "QcloudAVCFullAccess"
_ASKED = f"qcs::cam::uin/{ACCOUNT}:uin/{_UIN} im:RemoveUser qcs::im::uin/{ACCOUNT}:sdkappid/1400000001"
_ID, _KEY = "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"  # as Tencent's SDK and tccli read them
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - as the operator wrote
_API_CALL = """\
{python} - <<'END'
import base64, hashlib, hmac, http.client, os, time, urllib.parse
fields = {{"Action": "ListUsers", "Version": "2019-01-16", "Timestamp": int(time.time()), "Nonce": time.time_ns()}}
fields["SecretId"] = os.environ["{id}"]
text = "GET{host}/?" + "&".join(f"{{name}}={{value}}" for name, value in sorted(fields.items()))
digest = hmac.digest(os.environ["{key}"].encode(), text.encode(), hashlib.sha1)
fields["Signature"] = base64.b64encode(digest).decode()
api = http.client.HTTPConnection("{host}")
api.request("GET", "/?" + urllib.parse.urlencode(fields))
print(api.getresponse().read().decode())
END"""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the sidecar answers gRPC, and where the control plane answers HTTP."""

    sidecar: str
    api: str


def guide(folder: DemoFolder, addresses: Addresses, root: NewAccount | None) -> str:
    """The text; `root` is None if its secrets were shown when the folder was made."""
    reached = Addresses(_reachable(addresses.sidecar), _reachable(addresses.api))
    return "\n".join([*_places(folder, reached, root), "", SCRIPT, *_script(folder, reached, root)])


def _places(folder: DemoFolder, addresses: Addresses, root: NewAccount | None) -> Iterator[str]:
    end = "ends it" if folder.is_kept else f"ends it and removes {folder.path}"
    yield f"The demo is running; Ctrl-C {end}."
    yield ""
    yield f"sidecar (gRPC):  {addresses.sidecar}"
    yield f"CAM API:         http://{addresses.api}"
    yield f"database:        {folder.url}"
    if root is None:
        yield f"root account:    {ACCOUNT}; its password and key were shown when the database was made"
    else:
        yield f"root account:    {root.uin}, password {root.password}"
        yield "                 It is not shown again."


# The comments have neither quotes nor parentheses: an interactive zsh takes them for commands.
def _script(folder: DemoFolder, addresses: Addresses, root: NewAccount | None) -> Iterator[str]:
    authz = program()
    check = f"{authz} check {_ASKED} --server {shlex.quote(addresses.sidecar)}"
    yield f"export AUTHZ_ON={shlex.quote(folder.url)}"
    yield ""
    yield f"# User {_USER} has no policy, so this is denied:"
    yield check
    yield ""
    yield "# With a preset it is allowed:"
    yield f"{authz} users attach {_USER} {_PRESET}"
    yield check
    yield ""
    yield "# Without it, denied again:"
    yield f"{authz} users detach {_USER} {_PRESET}"
    yield check
    if root is not None:
        yield from _api(addresses.api, root)


def _api(address: str, root: NewAccount) -> Iterator[str]:
    yield ""
    yield "# The CAM API, with the first key of the root account, which is not shown again:"
    yield f"export {_ID}={shlex.quote(root.secret_id)}"
    yield f"export {_KEY}={shlex.quote(root.secret_key)}"
    yield _API_CALL.format(python=shlex.quote(sys.executable), host=address, id=_ID, key=_KEY)
    yield ""
    yield "# The same by tccli, if it is installed:"
    yield f"# tccli cam ListUsers --region ap-guangzhou --endpoint http://{address}"


def program() -> str:
    """This program as a shell finds it: its name if that is enough, else its path."""
    path = Path(sys.argv[0]).absolute()
    if path.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m authz"
    found = shutil.which(path.name)
    is_found = found is not None and Path(found).absolute() == path
    return shlex.quote(path.name if is_found else str(path))


def _reachable(address: str) -> str:
    """An address to call; that of all interfaces becomes the one of loopback."""
    host, colon, port = address.rpartition(":")
    return f"{_EVERYWHERE.get(host, host)}{colon}{port}"
