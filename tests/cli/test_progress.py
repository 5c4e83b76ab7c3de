import sys

import pytest

from authz.cli.progress import show_progress


@pytest.mark.parametrize(
    ("is_terminal", "total", "shown"), [(True, 1000, True), (True, 5, False), (False, 1000, False)]
)
def test_only_long_work_on_a_terminal_shows_a_line(monkeypatch, capsys, is_terminal, total, shown):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    for done in range(total + 1):
        show_progress(done, total)
    assert (f"loaded {total} accounts" in capsys.readouterr().err) == shown
