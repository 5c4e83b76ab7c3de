"""What is said to the log, as values."""

import logging
from contextlib import contextmanager

from authz.telemetry.events import Event


class _Kept(logging.Handler):
    def __init__(self, lines):
        super().__init__()
        self._lines = lines

    def emit(self, record):
        if isinstance(record.msg, Event):
            level = record.levelname.lower()
            self._lines.append({**record.msg.fields, "event": record.msg.text, "log_level": level})


@contextmanager
def capture_logs():
    """The events of all levels that are said meanwhile, each with its text, level and fields; the log stays silent."""
    lines = []
    logger = logging.getLogger("authz")
    before = logger.handlers[:], logger.level, logger.propagate
    logger.handlers[:] = [_Kept(lines)]
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield lines
    finally:
        logger.handlers[:], level, logger.propagate = before
        logger.setLevel(level)
