import json

from tests.load.crowds import main


def test_a_crowd_is_told_with_what_it_made_a_sidecar_keep(tmp_path):
    file = tmp_path / "figures.json"
    options = ["--count", "20", "--seconds", "0.2", "--rate", "100", "--rest", "0", "--json", str(file)]
    main([*options, "--only", "idle after the preface|HTTP, half"])
    plain, secure, http = json.loads(file.read_text())
    assert [each["state"] for each in (plain, secure, http)] == [
        "idle after the preface", "TLS, idle after the preface", "HTTP, half a request",
    ]  # fmt: skip
    for row in (plain, secure, http):
        assert row["refused %"] == 0
        assert row["standing"] == 20
        assert row["newcomer's tries"] == 1
        assert row["most MB"] >= row["at rest MB"] > 10
