import json

from tests.load.attacks import main


def test_an_attack_is_told_with_what_it_cost_and_what_it_was_answered(tmp_path, capsys):
    file = tmp_path / "figures.json"
    options = ["--runs", "1", "--seconds", "0.5", "--rate", "200", "--only", "but as busy|PING", "--json", str(file)]
    main(options)
    control, pings = json.loads(file.read_text())
    assert (control["answered"], control["counted"], control["connections"]) == ("-", "-", 0)
    assert "GOAWAY ENHANCE_YOUR_CALM" in pings["answered"]
    assert "pings" in pings["counted"]
    assert pings["connections"] > 4  # it came back
    assert "PING flood" in capsys.readouterr().out
