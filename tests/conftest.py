"""Fixtures that tests of several folders share."""

import logging
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from authz.server.transport import TransportKind
from authz.store.address import parse_address
from authz.store.schema import create
from tests.postgres import Postgres

PROXIES = ("http_proxy", "https_proxy", "grpc_proxy", "all_proxy")
for name in (each for proxy in PROXIES for each in (proxy, proxy.upper())):
    os.environ.pop(name, None)  # tests ask servers of their own on loopback

# A busy machine is no fault of the code, and nothing fails by chance: the same examples are tried each time.
# `--hypothesis-profile searching` tries others.
settings.register_profile("searching", deadline=None)
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")

ROOT = Path(__file__).parents[1]


def pytest_collection_modifyitems(items):
    """Tests that run in several processes are known by their names: those are the same in each."""
    if changing := [item.nodeid for item in items if " at 0x" in item.nodeid]:
        raise pytest.UsageError("give these parameters `ids`: " + "; ".join(changing))


@pytest.fixture(autouse=True)
def _logs_as_they_were():
    """A command that a test runs in this process configures the logs for good; other tests must not notice."""
    logger = logging.getLogger("authz")
    handlers, level, propagate = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)
    logger.propagate = propagate


@pytest.fixture(scope="session")
def shared():
    """The folder of reference material beside this checkout; tests that need it are skipped where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "reference").is_dir():
        pytest.skip("the reference material is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server for all tests of this process; each takes a database of its own."""
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def template_databases(tmp_path_factory):
    """Names of databases with the schema and nothing else, by kind, made when they are first needed."""
    return {"folder": tmp_path_factory.mktemp("templates")}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """The URL of a new database with the schema: the test runs on SQLite and on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def sqlite_url(tmp_path, template_databases):
    """The URL of a new SQLite database with the schema."""
    made = template_databases["folder"] / "template.db"
    if not made.exists():
        create(parse_address(f"sqlite:///{made}"))
    copy = tmp_path / "authz.db"
    shutil.copyfile(made, copy)
    return f"sqlite:///{copy}"


@pytest.fixture
def postgresql_url(postgres, template_databases):
    """The URL of a new PostgreSQL database with the schema."""
    if "postgresql" not in template_databases:
        template_databases["postgresql"] = url = postgres.make_database()
        create(parse_address(url))
    name = template_databases["postgresql"].partition("@/")[2].partition("?")[0]
    return postgres.make_database(name)


@pytest.fixture(scope="module", params=TransportKind, ids=lambda kind: kind.value)
def transport(request):
    """Sidecars that are started while this lasts serve by it: for the tests of whatever holds with either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "AUTHZ_SERVE_TRANSPORT", request.param.value)
        yield request.param
