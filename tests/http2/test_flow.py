"""Content keeps to the windows, whatever they are."""

from dataclasses import replace

import h2.config
import h2.connection
import h2.events
from hypothesis import given
from hypothesis import strategies as st

from authz.http2 import frames
from authz.http2.errors import ErrorCode
from authz.http2.limits import DEFAULT_HTTP2_LIMITS
from tests.http2.driving import (
    ENDED,
    Driven,
    content_of,
    data,
    goaway_of,
    headers,
    resets_of,
    settings,
    split,
    window,
)

LIMITS = DEFAULT_HTTP2_LIMITS


def _send_what_fits(client, left, random):
    for stream in random.sample(list(left), len(left)):
        size = min(client.local_flow_control_window(stream), 16384, len(left[stream]))
        is_last = size == len(left[stream])
        if size or is_last:
            client.send_data(stream, left[stream][:size], end_stream=is_last)
        left[stream] = left[stream][size:]
        if is_last:
            del left[stream]


@given(
    st.lists(st.binary(max_size=70_000), min_size=1, max_size=5),
    st.integers(0, 70_000),
    st.lists(st.integers(1, 30_000), max_size=8),
    st.randoms(),
)
def test_a_client_of_another_make_gets_what_it_sent_through_any_windows(contents, initial, grants, random):
    client = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding=None))
    driven = Driven(greeting=b"")
    client.initiate_connection()
    client.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: initial})
    waiting = {}
    for content in contents:
        stream = client.get_next_available_stream_id()
        fields = [(":method", "POST"), (":scheme", "http"), (":path", "/x"), (":authority", "a"), ("n", str(stream))]
        client.send_headers(stream, fields)
        waiting[stream] = content
    left, got, ended = dict(waiting), dict.fromkeys(waiting, b""), set()
    grants = [*grants, *[70_000] * 40]
    while len(ended) < len(waiting):
        _send_what_fits(client, left, random)
        driven.connection.receive(client.data_to_send())
        for event in client.receive_data(driven.connection.output()):
            if isinstance(event, h2.events.DataReceived):
                got[event.stream_id] += event.data
                client.increment_flow_control_window(max(len(event.data), 1))
            if isinstance(event, h2.events.StreamEnded):
                ended.add(event.stream_id)
        grant = grants.pop(0)
        for stream in set(waiting) - ended:
            if client.streams[stream].state_machine.state.name != "CLOSED":
                client.increment_flow_control_window(grant, stream)
    assert got == waiting


def test_content_waits_for_windows_of_any_size():
    driven = Driven(greeting=frames.PREFACE + settings((4, 3)))
    answers = driven.send(headers(1), data(1, b"hello world", ENDED))
    assert content_of(answers, 1) == b"hel"
    assert content_of(driven.send(settings((4, 5))), 1) == b"lo"
    assert driven.send(settings((4, 0))) == [(frames.SETTINGS, 1, 0, b"")]
    assert content_of(driven.send(window(1, 7)), 1) == b" w"
    last = driven.send(window(1, 100))
    assert content_of(last, 1) == b"orld"
    assert last[-1][:2] == (frames.HEADERS, 5)


def test_a_window_of_the_connection_is_shared():
    driven = Driven()
    first = driven.send(headers(1), *[data(1, b"a" * 16000, ENDED if n == 4 else 0) for n in range(5)])
    assert len(content_of(first, 1)) == 65535
    assert content_of(driven.send(window(1, 100_000), headers(3), data(3, b"b", ENDED)), 3) == b""
    last = driven.send(window(0, 100_000))
    assert (len(content_of(last, 1)), content_of(last, 3)) == (80_000 - 65535, b"b")


def test_nothing_is_pushed_while_the_transport_is_full():
    driven = Driven(greeting=frames.PREFACE + settings((4, 1)))
    driven.send(headers(1), data(1, b"ab", ENDED))
    driven.connection.pause()
    assert content_of(driven.send(window(1, 10), window(0, 10)), 1) == b""
    driven.connection.resume()
    assert content_of(split(driven.connection.output()), 1) == b"b"


def test_the_windows_that_we_keep_are_given_back():
    driven = Driven()
    answers = driven.send(headers(1), *[data(1, b"x" * 16000)] * 10)
    granted = sum(int.from_bytes(p, "big") for kind, _, number, p in answers if (kind, number) == (8, 1))
    assert 0 < granted <= 160_000


def test_more_than_the_windows_allow_is_a_fault():
    limits = replace(LIMITS, stream_window=100, connection_window=65535)
    assert resets_of(Driven(limits).send(headers(1), data(1, b"x" * 101))) == [(1, ErrorCode.FLOW_CONTROL_ERROR)]
    driven = Driven(replace(LIMITS, connection_window=10))
    assert goaway_of(driven.send(headers(1), data(1, b"x" * 11))) == [ErrorCode.FLOW_CONTROL_ERROR]
