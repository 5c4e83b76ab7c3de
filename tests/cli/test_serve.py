import resource
from pathlib import Path

import pytest
from click.testing import CliRunner

from authz.cli import serve as serve_module
from authz.cli.main import main
from authz.errors import ListenError
from authz.pdp.limits import Limits
from authz.server.tls import TlsFiles
from tests.sidecar import EXAMPLE


@pytest.fixture
def settings(monkeypatch):
    """What the command would have started with."""
    seen = []
    monkeypatch.setattr(serve_module, "serve", lambda given, _progress: seen.append(given))
    return seen


def serve(*arguments, **environment):
    return CliRunner().invoke(main, ["serve", *map(str, arguments)], env=environment)


def test_the_defaults_are_those_of_the_contract(settings):
    assert serve(EXAMPLE).exit_code == 0
    assert [address.target for address in settings[0].listen] == ["127.0.0.1:50051"]
    assert (settings[0].source, settings[0].http, settings[0].limits) == (EXAMPLE, None, Limits())


@pytest.mark.usefixtures("settings")
def test_as_many_files_may_be_open_as_the_system_allows():
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most // 2, most))
    try:
        assert serve(EXAMPLE).exit_code == 0
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (most, most)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))


def test_options_come_from_the_command_line_or_the_environment(settings):
    serve(EXAMPLE, "--listen", "127.0.0.1:1", "--listen", "unix:/a", AUTHZ_SERVE_CACHE_SIZE="0")
    serve(AUTHZ_SERVE_SOURCE=str(EXAMPLE), AUTHZ_SERVE_LISTEN="127.0.0.1:2 unix:/b", AUTHZ_SERVE_WATCH="no")
    assert [[each.target for each in given.listen] for given in settings] == [
        ["127.0.0.1:1", "unix:/a"],
        ["127.0.0.1:2", "unix:/b"],
    ]
    assert [(given.cache_size, given.watch) for given in settings] == [(0, True), (100_000, False)]


def test_limits_and_tls_are_settings_of_their_own(settings):
    tls = ("--tls-cert", "c", "--tls-key", "k", "--tls-client-ca", "a", "--allow-client", "x", "--allow-client", "y")
    serve(EXAMPLE, "--max-batch", "5", "--max-in-flight", "6", "--socket-mode", "0660", *tls)
    given = settings[0]
    assert given.limits == Limits(in_flight=6, batch=5, connection_age=3600.0)
    assert (given.tls, given.allow_clients) == (TlsFiles(Path("c"), Path("k"), Path("a")), ("x", "y"))
    assert given.socket_mode == 0o660


def test_connections_live_for_ever_unless_clients_show_certificates_or_it_is_said(settings):
    tls = ("--tls-cert", "c", "--tls-key", "k")
    serve(EXAMPLE)
    serve(EXAMPLE, *tls)
    serve(EXAMPLE, *tls, "--tls-client-ca", "a")
    serve(EXAMPLE, *tls, "--tls-client-ca", "a", "--max-connection-age", "0", "--max-connection-age-grace", "5")
    serve(EXAMPLE, "--max-connection-age", "60")
    assert [(given.limits.connection_age, given.limits.connection_age_grace) for given in settings] == [
        (0.0, 30.0), (0.0, 30.0), (3600.0, 30.0), (0.0, 5.0), (60.0, 30.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        [EXAMPLE, "--max-connection-age", "-1"],
        [EXAMPLE, "--max-connection-age", "inf"],
        ["/no/such"],
        [EXAMPLE, "--listen", "nowhere"],
        [EXAMPLE, "--health-listen", "nowhere"],
        [EXAMPLE, "--cache-size", "-1"],
        [EXAMPLE, "--socket-mode", "999"],
        [EXAMPLE, "--tls-cert", "c"],
        [EXAMPLE, "--tls-key", "k"],
        [EXAMPLE, "--tls-client-ca", "a"],
        [EXAMPLE, "--tls-cert", "c", "--tls-key", "k", "--allow-client", "x"],
        [EXAMPLE, "--tls-cert", "c", "--tls-key", "k", "--tls-client-ca", "a", "--allow-client", ""],
        [],
    ],
)
def test_a_wrong_option_is_a_usage_error(settings, arguments):
    assert serve(*arguments).exit_code == 2
    assert settings == []


def test_what_cannot_start_exits_with_1(monkeypatch):
    def refuse(*_):
        raise ListenError("cannot listen")

    monkeypatch.setattr(serve_module, "serve", refuse)
    result = serve(EXAMPLE)
    assert (result.exit_code, "cannot listen" in result.output) == (1, True)


def test_the_transport_is_the_built_in_one_unless_grpcio_is_chosen(settings):
    serve(EXAMPLE)
    serve(EXAMPLE, "--transport", "grpcio")
    serve(EXAMPLE, AUTHZ_SERVE_TRANSPORT="grpcio")
    assert [given.transport.value for given in settings] == ["native", "grpcio", "grpcio"]


def test_the_earlier_name_of_the_built_in_transport_is_accepted_and_not_shown(settings):
    serve(EXAMPLE, "--transport", "lean")
    serve(EXAMPLE, AUTHZ_SERVE_TRANSPORT="lean")
    assert [given.transport.value for given in settings] == ["native", "native"]
    assert "lean" not in serve("--help").output
