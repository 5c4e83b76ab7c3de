"""The manifests of the control plane and of sidecars on its database: as confined as the others, secrets in Secrets."""

import subprocess
import sys
from pathlib import Path

import pytest

from authz.cli.control import serve_command
from authz.cli.serve import serve_command as sidecar_command
from tests.deploy.test_manifests import (
    ON_DATABASE,
    SECRET,
    VERSIONS,
    assert_confined_and_bounded,
    by_helm,
    by_kustomize,
    compared,
)
from tests.waiting import DEADLINE

PASSWORD_HASH = 64 * 1024 * 1024  # bytes that argon2id takes
CALLS = 12  # at once (docs/cam-api.md)


def control_by_helm(**control):
    """The manifests that `control.enabled` adds."""
    without = set(compared(by_helm("standalone-database")))
    whole = by_helm("standalone-database", control={"enabled": True, **control})
    return [each for each in whole if (each["kind"], each["metadata"]["name"]) not in without]


def control_by_kustomize():
    return by_kustomize("control")


RENDERED = pytest.mark.parametrize("render", [control_by_kustomize, control_by_helm])


def pod_of(manifests, kind):
    [found] = [each for each in manifests if each["kind"] == kind]
    return found["spec"]["template"]["spec"]


def secrets(container):
    """The key of the Secret in each variable."""
    found = {each["name"]: each["valueFrom"]["secretKeyRef"] for each in container["env"]}
    assert {each["name"] for each in found.values()} == {SECRET["secret"]}
    return {name: each["key"] for name, each in found.items()}


def test_kustomize_and_helm_render_the_same_control_plane():
    rendered = control_by_helm(), control_by_kustomize()
    assert compared(rendered[0]) == compared(rendered[1])


@pytest.mark.parametrize("version", VERSIONS)
@RENDERED
def test_every_manifest_is_valid_for_the_versions_of_kubernetes(render, version):
    kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="the extra `deploy` is not installed")
    kinds = set()
    for manifest in render():
        assert version.startswith(kubernetes_validate.validate(manifest, version, strict=True).rpartition(".")[0])
        kinds.add(manifest["kind"])
    assert kinds == {"ServiceAccount", "Job", "Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"}


@pytest.mark.parametrize("kind", ["Deployment", "Job"])
@RENDERED
def test_its_containers_are_confined_and_bounded(render, kind):
    assert_confined_and_bounded(pod_of(render(), kind))


@RENDERED
def test_its_limit_of_memory_holds_passwords_of_all_calls(render):
    [container] = pod_of(render(), "Deployment")["containers"]
    assert container["resources"]["limits"]["memory"] == "1Gi"
    assert CALLS * PASSWORD_HASH + 128 * 1024 * 1024 <= 1024**3


@RENDERED
def test_its_arguments_are_options_that_the_commands_have_and_hold_no_secret(render):
    manifests = render()
    [container] = pod_of(manifests, "Deployment")["containers"]
    assert container["args"][:2] == ["control", "serve"]
    context = serve_command.make_context("serve", ["sqlite:///x.db", *container["args"][2:]])
    assert context.params["http"].target == "0.0.0.0:8080"
    pod = pod_of(manifests, "Deployment")
    assert 5 + context.params["drain_timeout"] < pod["terminationGracePeriodSeconds"]
    [migration] = pod_of(manifests, "Job")["containers"]
    assert migration["args"] == ["control", "migrate"]
    assert secrets(migration) == {"AUTHZ_CONTROL_MIGRATE_URL": "url"}
    assert secrets(container) == {
        "AUTHZ_CONTROL_SERVE_URL": "url",
        "AUTHZ_CONTROL_INIT_URL": "url",
        "AUTHZ_ON": "url",
        "AUTHZ_MASTER_KEY": "master-key",
    }


@pytest.mark.parametrize("mode", ON_DATABASE)
@pytest.mark.parametrize("render", [by_kustomize, by_helm])
def test_a_sidecar_on_a_database_keeps_its_last_good_copy_and_has_no_master_key(render, mode, tmp_path):
    pod = pod_of(render(mode), "Deployment")
    [sidecar] = [each for each in [*pod["containers"], *pod.get("initContainers", [])] if each["name"] == "authz"]
    assert secrets(sidecar) == {"AUTHZ_SERVE_SOURCE": "url"}
    [folder] = [each.partition("=")[2] for each in sidecar["args"] if each.startswith("--last-good=")]
    [volume] = [each["name"] for each in sidecar["volumeMounts"] if each["mountPath"] == folder]
    assert {"name": volume, "emptyDir": {"sizeLimit": "256Mi"}} in pod["volumes"]
    assert not [each for each in pod["volumes"] if "configMap" in each]
    options = [each.replace(folder, str(tmp_path)) for each in sidecar["args"][1:]]
    context = sidecar_command.make_context("serve", ["sqlite:///x.db", *options])
    assert context.params["last_good"] == Path(tmp_path)


@pytest.mark.parametrize("kind", ["Deployment", "Job"])
@RENDERED
def test_the_variables_of_the_manifests_are_those_that_the_commands_read(render, kind, postgres):
    """The Job, and then the Deployment with another schema version than the database has, say what they found."""
    url = postgres.make_database()
    [container] = pod_of(render(), kind)["containers"]
    of_secret = {"url": url, "master-key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}
    environment = {name: of_secret[key] for name, key in secrets(container).items()}
    command = [sys.executable, "-m", "authz", *container["args"]]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=DEADLINE)
    if kind == "Job":
        assert (ended.returncode, ended.stdout.startswith("the schema was brought to")) == (0, True), ended.stderr
        return
    assert ended.returncode == 1
    assert "authz control" in ended.stderr
    assert url.rpartition("/")[2] in ended.stderr


@RENDERED
def test_only_the_database_and_names_are_reached_from_it(render):
    [policy] = [each for each in render() if each["kind"] == "NetworkPolicy"]
    [rule] = policy["spec"]["egress"]
    assert [each["port"] for each in rule["ports"]] == [5432, 53, 53]
    [admins, monitoring] = policy["spec"]["ingress"]
    assert admins["from"][0]["podSelector"]["matchLabels"] == {"authz-admin": "true"}
    assert monitoring["ports"] == admins["ports"] == [{"port": "http"}]


def test_certificates_of_a_secret_are_served_and_probed():
    manifests = control_by_helm(tlsSecret="api-tls")
    pod = pod_of(manifests, "Deployment")
    [container] = pod["containers"]
    assert {"--tls-cert=/tls/tls.crt", "--tls-key=/tls/tls.key"} <= set(container["args"])
    assert pod["volumes"] == [{"name": "tls", "secret": {"secretName": "api-tls", "defaultMode": 0o440}}]
    probes = [container[f"{each}Probe"]["httpGet"] for each in ("startup", "readiness", "liveness")]
    assert [each["scheme"] for each in probes] == ["HTTPS"] * 3
    [service] = [each for each in manifests if each["kind"] == "Service"]
    assert service["spec"]["ports"][0]["appProtocol"] == "https"
