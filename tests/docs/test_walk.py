"""The walk through the control plane prints what its page shows."""

from tests.docs.walk import steps, walked, walking


def test_every_command_of_the_walk_prints_what_the_page_shows():
    """If a message changed on purpose, `python -m tests.docs.walk` brings the page up to date."""
    shown = [(command, output) for _, commands in steps() for command, output in commands]
    assert len(shown) > 15
    with walking() as folder:
        assert [(command, walked(command, folder)) for command, _ in shown] == shown
