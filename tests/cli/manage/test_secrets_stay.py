"""No secret is printed twice, logged, exported or listed: every one that is made is searched for."""

import csv

from tests.cli.databases import answer, run


def secrets_of(tmp_path):
    """Every password and secret key that the commands make."""
    made = answer("users", "create", "zoe", "--console", "--api")["users"]
    made += answer("keys", "create", "zoe")["users"]
    made += answer("users", "update", "alice", "--console")["users"]
    file = tmp_path / "keys.csv"
    run("users", "create", "amy", "--console", "--api", "--credentials", file)
    run("users", "update", "zoe", "--new-password", "--credentials", tmp_path / "new.csv")
    files = [row for path in (file, tmp_path / "new.csv") for row in csv.DictReader(path.read_text().splitlines())]
    found = [each.get(name) for each in [*made, *files] for name in ("Password", "SecretKey")]
    return [each for each in found if each]


def test_no_secret_is_found_anywhere_else(url, tmp_path):
    secrets = secrets_of(tmp_path)
    assert len(secrets) == 7
    run("export", url, tmp_path / "out")
    shown = [path.read_text() for path in tmp_path.joinpath("out").rglob("*") if path.is_file()]
    shown += [run("changes", url, *more).output for more in ([], ["--json"])]
    for arguments in (["users", "list"], ["users", "show", "zoe"], ["keys", "list", "zoe"], ["keys", "list", "amy"]):
        shown += [run(*arguments).output, run(*arguments, "--json").output]
    shown.append(run("users", "delete", "zoe", status=2).output)
    assert [secret for secret in secrets for text in shown if secret in text] == []
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("authz.db*"))
    assert [secret for secret in secrets if secret.encode() in stored] == []
