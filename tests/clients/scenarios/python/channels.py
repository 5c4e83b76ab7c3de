"""With what options grpcio's clients open their channels here, with threads and with asyncio."""

MOST = 4 * 1024 * 1024
PATIENCE = 60.0
BRIEF = 0.2  # of a call that is never answered
OPTIONS = (
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.default_authority", "localhost"),
    ("grpc.max_receive_message_length", -1),
)
PINGING = (
    ("grpc.keepalive_time_ms", 1000),  # the core takes no less
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
)
