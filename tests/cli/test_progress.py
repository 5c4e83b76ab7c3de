import sys

import pytest

from authz.cli.progress import ProgressBar, show_progress


@pytest.mark.parametrize(
    ("is_terminal", "total", "shown"), [(True, 1000, True), (True, 5, False), (False, 1000, False)]
)
def test_only_long_work_on_a_terminal_shows_a_line(monkeypatch, capsys, is_terminal, total, shown):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    for done in range(total + 1):
        show_progress(done, total)
    assert (f"loaded {total} accounts" in capsys.readouterr().err) == shown


@pytest.mark.parametrize(("is_terminal", "total", "shown"), [(True, 3, True), (True, 1, False), (False, 3, False)])
def test_a_bar_is_shown_on_a_terminal_for_several_things(monkeypatch, capsys, is_terminal, total, shown):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    bar = ProgressBar("importing accounts")
    for done in range(total + 1):
        bar(done, total)
    err = capsys.readouterr().err
    assert ("importing accounts" in err, f"{total}/{total}" in err) == (shown, shown)
