from authz.pdp.counters import BOUNDS, Counters


def test_each_method_has_counters_of_its_own():
    counters = Counters()
    counters.method("Check").answered += 2
    counters.method("Check").failed["INTERNAL"] += 1
    counters.method("BatchCheck")
    assert counters.answered() == {"Check": 2, "BatchCheck": 0}
    assert counters.method("Check").failed == {"INTERNAL": 1}


def test_what_calls_took_is_counted_by_bucket_the_bounds_included():
    method = Counters().method("Check")
    for seconds in (0.0, BOUNDS[0], 0.003, 5.0):
        method.answer_took(seconds)
    assert (method.buckets[0], method.buckets[BOUNDS.index(0.005)], method.buckets[-1]) == (2, 1, 1)
    assert sum(method.buckets) == method.answered == 4
    assert method.seconds == sum((0.0, BOUNDS[0], 0.003, 5.0))
