"""The Kubernetes manifests: valid, confined, and the same by kustomize and by Helm."""

import shutil
import subprocess

import pytest
import yaml

from authz.pdp.limits import CACHE_BYTES, Limits
from authz.server.native.native_transport import http2_limits
from tests.sidecar import EXAMPLE, ROOT

VERSIONS = ["1.30.0", "1.33.0", "1.37.0"]
MODES = ["sidecar", "standalone"]
ON_DATABASE = ["sidecar-database", "standalone-database"]
SIDECARS = [*MODES, *ON_DATABASE]
SECRET = {"secret": "authz-database"}
CHART = ROOT / "deploy" / "helm" / "authz-sidecar"
ACCOUNT = EXAMPLE / "12345678"
OF_HELM = ("helm.sh/chart", "app.kubernetes.io/managed-by")


def by_kustomize(mode):
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl, which has kustomize in it, is not installed")
    overlay = ROOT / "deploy" / "kubernetes" / "overlays" / mode
    rendered = subprocess.run(["kubectl", "kustomize", overlay], capture_output=True, text=True, timeout=60)
    assert rendered.returncode == 0, rendered.stderr
    return list(yaml.safe_load_all(rendered.stdout))


def values(mode, **more):
    mode, _, database = mode.partition("-")
    if database:
        return {"mode": mode, "accounts": {}, "database": SECRET, **more}
    files = [ACCOUNT / "attachments.yaml", *ACCOUNT.rglob("*.json")]
    return {"mode": mode, "accounts": {ACCOUNT.name: {file.name: file.read_text() for file in files}}, **more}


def by_helm(mode, **more):
    helm = pytest.importorskip("helm_python.chart", reason="the extra `deploy` is not installed")
    with helm.Chart.load(CHART) as chart:
        chart.validate_schema(values(mode, **more))
        rendered = chart.render(values(mode, **more), name="authz", namespace="default")
    documents = [each for text in rendered.values() for each in yaml.safe_load_all(text)]
    return [each for each in documents if each]


def compared(manifests):
    """By kind and name, without what the tools add of their own."""
    found = {}
    for each in manifests:
        labels = each["metadata"].get("labels", {})
        each["metadata"]["labels"] = {key: value for key, value in labels.items() if key not in OF_HELM}
        each["metadata"].pop("annotations", None)
        found[each["kind"], each["metadata"]["name"]] = each
    assert len(found) == len(manifests)
    return found


RENDERED = pytest.mark.parametrize("render", [by_kustomize, by_helm])


@pytest.mark.parametrize("mode", SIDECARS)
@pytest.mark.parametrize("version", VERSIONS)
@RENDERED
def test_every_manifest_is_valid_for_the_versions_of_kubernetes(render, mode, version):
    kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="the extra `deploy` is not installed")
    for manifest in render(mode):
        assert version.startswith(kubernetes_validate.validate(manifest, version, strict=True).rpartition(".")[0])


@pytest.mark.parametrize("mode", SIDECARS)
def test_kustomize_and_helm_render_the_same(mode):
    assert compared(by_helm(mode)) == compared(by_kustomize(mode))


AT_REST, OF_PROBES = 46_000_000, 6_000_000  # bytes, with small accounts (tests/load/CROWDS.md)
OF_DRIVERS = 30_000_000  # SQLAlchemy and psycopg (deploy/README.md)
TLS_CONNECTION = 25_000


@pytest.mark.parametrize("mode", SIDECARS)
@RENDERED
def test_the_limit_of_memory_holds_the_worst_that_callers_can_do(render, mode):
    [deployment] = [each for each in render(mode) if each["kind"] == "Deployment"]
    pod = deployment["spec"]["template"]["spec"]
    [sidecar] = [each for each in [*pod["containers"], *pod.get("initContainers", [])] if each["args"][0] == "serve"]
    [connections] = [int(each.partition("=")[2]) for each in sidecar["args"] if each.startswith("--max-connections=")]
    kept = http2_limits(Limits(connections=connections)).kept_bytes
    limit = int(sidecar["resources"]["limits"]["memory"].removesuffix("Mi")) * 1024 * 1024
    at_rest = AT_REST + (OF_DRIVERS if mode in ON_DATABASE else 0)
    assert at_rest + OF_PROBES + CACHE_BYTES + kept + connections * TLS_CONNECTION < limit


@pytest.mark.parametrize("mode", SIDECARS)
@RENDERED
def test_every_container_is_confined_and_bounded(render, mode):
    [deployment] = [each for each in render(mode) if each["kind"] == "Deployment"]
    assert_confined_and_bounded(deployment["spec"]["template"]["spec"])


def assert_confined_and_bounded(pod):
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in [*pod["containers"], *pod.get("initContainers", [])]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}


@RENDERED
def test_the_backend_starts_after_the_sidecar_and_ends_before_it(render):
    [deployment] = [each for each in render("sidecar") if each["kind"] == "Deployment"]
    [sidecar] = deployment["spec"]["template"]["spec"]["initContainers"]
    assert sidecar["restartPolicy"] == "Always"
    assert sidecar["startupProbe"]["grpc"]["port"] == 50052


@pytest.mark.parametrize("mode", MODES)
def test_the_arguments_are_options_that_the_sidecar_has(mode):
    from authz.cli.serve import serve_command  # noqa: PLC0415 - the command line of the manifests, parsed for real

    [deployment] = [each for each in by_kustomize(mode) if each["kind"] == "Deployment"]
    pod = deployment["spec"]["template"]["spec"]
    [sidecar] = [each for each in [*pod["containers"], *pod.get("initContainers", [])] if each["name"] == "authz"]
    command, source, *options = sidecar["args"]
    assert command == "serve"
    context = serve_command.make_context("serve", [str(EXAMPLE), *options])
    mount = f"{source}/{ACCOUNT.name}"
    assert mount in {each["mountPath"] for each in sidecar["volumeMounts"]}
    notice, drain = context.params["shutdown_notice"], context.params["drain_timeout"]
    assert notice + drain < pod["terminationGracePeriodSeconds"]


def test_the_chart_passes_a_strict_lint():
    chart = pytest.importorskip("helm_python.chart", reason="the extra `deploy` is not installed")
    for mode in SIDECARS:
        report = chart.lint(CHART, values(mode), strict=True)
        assert report["errors"] == []
        assert [each for each in report["messages"] if each["severity"] > 1] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "daemon"},
        {"accounts": {}},
        {"accounts": {"12345678": {"app.json": "{}"}}},
        {"accounts": {"shop": {"attachments.yaml": "account: '1'"}}},
        {"accounts": {"1": {"attachments.yaml": "account: '1'", "notes.txt": "x"}}},
        {"image": {"repository": "authz-sidecar"}, "replicas": 3},
        {"autoscaling": {"minReplicas": 0}},
        {"resources": {"limits": {"memory": 256}}},
        {"accounts": {}, "database": {"secret": ""}},
        {"accounts": {}, "database": {"secret": "Two Words"}},
        {"database": {"url": "postgresql://authz:password@db/authz"}},
        {"control": {"enabled": True}},
    ],
)
def test_a_wrong_values_file_is_refused_by_the_schema(wrong):
    helm = pytest.importorskip("helm_python", reason="the extra `deploy` is not installed")
    with helm.Chart.load(CHART) as chart, pytest.raises(helm.HelmError):
        chart.validate_schema(values("standalone") | wrong)
