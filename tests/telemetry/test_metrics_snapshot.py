from authz.telemetry.metrics_snapshot import CacheSnapshot, CallCount, DecisionCount, Latency, ServiceSnapshot


def one(number, code="OK", expires_at=0.0):
    return ServiceSnapshot(
        cache=CacheSnapshot(*range(number, number + 8)),
        calls=(CallCount("Check", code, number),),
        latencies=(Latency("Check", (1.0,), (number, 0), 0.5),),
        decisions=(DecisionCount("allowed", "ALLOWED", number),),
        in_flight=number,
        in_flight_limit=10,
        rejected=number,
        peer_faults=((code, number),),
        collector_seconds=0.25,
        certificate_expires_at=expires_at,
    )


def test_the_readings_of_several_processes_add_up_by_their_labels():
    assert one(1) + one(2) == ServiceSnapshot(
        cache=CacheSnapshot(3, 5, 7, 9, 11, 13, 15, 17),
        calls=(CallCount("Check", "OK", 3),),
        latencies=(Latency("Check", (1.0,), (3, 0), 1.0),),
        decisions=(DecisionCount("allowed", "ALLOWED", 3),),
        in_flight=3,
        in_flight_limit=20,
        rejected=3,
        peer_faults=(("OK", 3),),
        collector_seconds=0.5,
    )
    assert (one(1) + one(2, "INTERNAL")).peer_faults == (("INTERNAL", 2), ("OK", 1))
    assert (one(1) + one(2, "INTERNAL")).calls == (CallCount("Check", "INTERNAL", 2), CallCount("Check", "OK", 1))


def test_nothing_is_lost_by_adding_a_process_that_has_told_nothing_yet():
    assert one(3) + ServiceSnapshot() == ServiceSnapshot() + one(3) == one(3)


def test_of_several_certificates_the_first_one_to_end_counts():
    assert (one(1, expires_at=7.0) + one(1, expires_at=5.0) + one(1)).certificate_expires_at == 5.0


def test_a_process_that_ended_holds_nothing_but_is_still_counted():
    ended = one(4, expires_at=9.0).ended()
    assert (ended.cache, ended.in_flight, ended.in_flight_limit) == (CacheSnapshot(4, 5, 6, 7, 0, 0, 0, 0), 0, 0)
    assert (ended.calls, ended.rejected, ended.certificate_expires_at) == (one(4).calls, 4, 0.0)
    assert ended.peer_faults == one(4).peer_faults
