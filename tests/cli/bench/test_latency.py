import json

from click.testing import CliRunner
from google.protobuf import json_format

from authz.cli.main import main
from tests.sidecar import EXAMPLE, Sidecar, check_request, user


def test_latency_is_told_for_each_rate(tmp_path):
    file = tmp_path / "figures.json"
    options = ["--rates", "100,200", "--seconds", "0.2"]
    result = CliRunner().invoke(main, ["bench", "latency", *options, "--json", str(file)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    rows = json.loads(file.read_text())
    assert [row["sent/s"] for row in rows] == [100, 200]
    assert all(row["p99 ms"] > 0 for row in rows)


def test_a_sidecar_that_runs_already_is_asked_questions_of_ones_own(tmp_path):
    questions = tmp_path / "questions.jsonl"
    asked = check_request(user(100003), "im:AddUser", "qcs::im::uin/12345678:sdkappid/1400000001")
    questions.write_text(json_format.MessageToJson(asked, indent=None))
    with Sidecar(EXAMPLE) as sidecar:
        options = ["--server", sidecar.tcp, "--questions", str(questions), "--rates", "100", "--seconds", "0.2"]
        result = CliRunner().invoke(main, ["bench", "latency", *options], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        samples = sidecar.metrics()
        assert (
            samples["authz_decisions_total", "ALLOWED", "allowed"] == samples["authz_calls_total", "Check", "OK"] > 2000
        )
