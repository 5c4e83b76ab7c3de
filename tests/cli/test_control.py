"""The commands `authz control init`, `migrate` and `serve`, as a person and a program use them."""

import json
import os
import signal
import socket
import sqlite3
import ssl
import stat

import pytest

from tests.certificates import Authority
from tests.control_plane import ACCOUNT, ControlPlaneProcess, authz, call, init
from tests.waiting import DEADLINE

NO_KEY = {"AUTHZ_MASTER_KEY": ""}


def test_init_prints_one_json_object_and_notices_elsewhere(tmp_path):
    url = f"sqlite:///{tmp_path}/control.db"
    outcome = authz("control", "init", url, "--account", ACCOUNT, "--json", **NO_KEY)
    assert outcome.returncode == 0
    made = json.loads(outcome.stdout)
    assert list(made) == ["Uin", "Password", "SecretId", "SecretKey"]
    assert made["Uin"] == ACCOUNT
    assert outcome.stdout.count("\n") == 1
    key = tmp_path / "control.db.key"
    assert f"made a master key in {key}" in outcome.stderr
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [made[name] in outcome.stderr for name in ("Password", "SecretId", "SecretKey")] == [False] * 3


def test_init_for_people_shows_the_same(tmp_path):
    outcome = authz("control", "init", f"sqlite:///{tmp_path}/control.db", "--account", ACCOUNT)
    assert [line.split()[0] for line in outcome.stdout.splitlines()] == ["Uin:", "Password:", "SecretId:", "SecretKey:"]
    assert "not shown again" in outcome.stderr


def test_a_second_init_of_an_account_changes_nothing(database_url):
    init(database_url)
    before = authz("control", "init", database_url, "--account", ACCOUNT, "--json")
    assert (before.returncode, before.stdout) == (1, "")
    assert before.stderr == f"authz: account {ACCOUNT} exists already; nothing was changed\n"


def test_another_account_may_be_made_in_the_same_database(database_url):
    assert init(database_url)["SecretId"] != init(database_url, "87654321", "")["SecretId"]


@pytest.mark.parametrize(
    ("url", "options", "message"),
    [
        ("mysql://h/db", (), "not a kind of database"),
        ("sqlite:////nowhere/at/all.db", (), "cannot"),
        ("sqlite:///{folder}/a.db", ("--account", "root"), "not the uin of a root account"),
    ],
)
def test_an_init_that_cannot_be_leaves_nothing_behind(url, options, message, tmp_path):
    outcome = authz("control", "init", url.format(folder=tmp_path), *(options or ("--account", ACCOUNT)))
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert message in outcome.stderr


def test_init_on_postgresql_needs_a_master_key(postgres):
    outcome = authz("control", "init", postgres.make_database(), "--account", ACCOUNT, **NO_KEY)
    assert outcome.returncode == 1
    assert "expected AUTHZ_MASTER_KEY_FILE or AUTHZ_MASTER_KEY" in outcome.stderr


def test_a_key_file_that_is_lost_is_not_replaced(tmp_path):
    url = f"sqlite:///{tmp_path}/control.db"
    authz("control", "init", url, "--account", ACCOUNT, **NO_KEY)
    key = tmp_path / "control.db.key"
    key.unlink()
    outcome = authz("control", "init", url, "--account", "87654321", **NO_KEY)
    assert outcome.returncode == 1
    assert not key.exists()


def test_migrate_is_done_once(postgres):
    url = postgres.make_database()
    first, second = (authz("control", "migrate", url) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert "was brought to version" in first.stdout
    assert "is already of version" in second.stdout


@pytest.mark.parametrize("version", ["0000", "9999"])
def test_serve_refuses_another_schema_and_names_the_command(version, sqlite_url):
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()
    outcome = authz("control", "serve", sqlite_url, "--http", "127.0.0.1:0")
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert f"run `authz control migrate {sqlite_url}`" in outcome.stderr


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("--tls-cert", "x"), 2, "--tls-cert and --tls-key must be given together"),
        (("--tls-cert", "x", "--tls-key", "y"), 1, "No such file"),
        (("--http", "unix:/x"), 2, "not on a Unix socket"),
        (("--http", "8080"), 2, "is not `host:port`"),
        (("--http", "192.0.2.1:80"), 1, "cannot serve HTTP on `192.0.2.1:80`"),
        (("--quota", "cats=5"), 2, "`cats` is not a quota"),
    ],
)
def test_serve_with_options_that_cannot_be(options, status, message, sqlite_url):
    outcome = authz("control", "serve", sqlite_url, *options)
    assert (outcome.returncode, outcome.stdout) == (status, "")
    assert message in outcome.stderr


def test_serve_needs_the_master_key(sqlite_url):
    outcome = authz("control", "serve", sqlite_url, "--http", "127.0.0.1:0", **NO_KEY)
    assert outcome.returncode == 1
    assert "no master key is given" in outcome.stderr


def test_serve_with_another_master_key_is_refused(sqlite_url):
    init(sqlite_url)
    other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    outcome = authz("control", "serve", sqlite_url, "--http", "127.0.0.1:0", AUTHZ_MASTER_KEY=other)
    assert outcome.returncode == 1
    assert "sealed with master key" in outcome.stderr


def test_probes_and_metrics_of_a_control_plane(database_url, tmp_path):
    with ControlPlaneProcess(database_url, tmp_path) as plane:
        call(plane.client(), "ListUsers")
        assert plane.get("/healthz") == (200, "ok\n")
        assert plane.get("/readyz") == (200, "ok\n")
        status, text = plane.get("/metrics")
        assert status == 200
        assert 'authz_api_requests_total{action="ListUsers",code="Success"} 1.0' in text
        assert plane.get("/nothing")[0] == 404


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_what_is_under_way(number, sqlite_url, tmp_path):
    with ControlPlaneProcess(sqlite_url, tmp_path) as plane:
        host, port = plane.endpoint.split(":")
        with socket.create_connection((host, int(port)), DEADLINE) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            assert b"100" in connection.recv(100)
            os.kill(plane.process.pid, number)
            connection.sendall(b"{}")
            with connection.makefile("rb") as answer:
                assert b"AuthFailure.SignatureFailure" in answer.read()
        assert plane.process.wait(DEADLINE) == 0
    assert '"event": "stopped"' in plane.log


def test_https_serves_the_sdk_with_the_certificate_that_is_in_the_file(sqlite_url, tmp_path):
    authority = Authority()
    trusted, certificate, key = (tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem"))
    trusted.write_bytes(authority.pem)

    def issue(name):
        for path, pem in zip((certificate, key), authority.issue(name, "localhost"), strict=True):
            path.write_bytes(pem)

    issue("first")
    options = ("--tls-cert", str(certificate), "--tls-key", str(key))
    with ControlPlaneProcess(sqlite_url, tmp_path, *options, scheme="https") as plane:
        plane.endpoint = plane.endpoint.replace("127.0.0.1", "localhost")
        client = plane.client(certification=str(trusted))
        assert call(client, "ListPolicies", Rp=1).TotalNum > 0
        context = ssl.create_default_context(cafile=trusted)
        context.set_alpn_protocols(["h2", "http/1.1"])
        for name in ("first", "second"):
            issue(name)
            port = int(plane.endpoint.partition(":")[2])
            with (
                socket.create_connection(("127.0.0.1", port), DEADLINE) as plain,
                context.wrap_socket(plain, server_hostname="localhost") as secured,
            ):
                assert secured.selected_alpn_protocol() == "http/1.1"
                subject = dict(each[0] for each in secured.getpeercert()["subject"])
                assert subject["commonName"] == name


def test_a_sidecar_needs_none_of_it():
    """The command exists without the extra `control`; what is missing is named when it is used."""
    help_text = authz("control", "--help")
    assert help_text.returncode == 0
    assert {"init", "migrate", "serve"} <= set(help_text.stdout.split())
