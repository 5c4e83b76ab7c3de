from authz.server.tally import Tally


def test_each_method_has_counters_of_its_own():
    tally = Tally()
    tally.method("Check").answered += 2
    tally.method("Check").failed["INTERNAL"] += 1
    tally.method("BatchCheck")
    assert tally.answered() == {"Check": 2, "BatchCheck": 0}
    assert tally.method("Check").failed == {"INTERNAL": 1}
