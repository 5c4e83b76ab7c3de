from authz.sources.agenda import AT_ONCE, MANY, ROOT_KEY, Agenda


def names(number):
    return [f"a{at:04}" for at in range(number)]


def test_what_changed_is_read_in_its_order_some_at_a_time():
    agenda = Agenda()
    agenda.want(names(AT_ONCE + 1))
    assert agenda.prompt(0.0) == names(AT_ONCE)
    assert agenda.prompt(0.0) == names(AT_ONCE + 1)[-1:]
    assert agenda.prompt(0.0) == []


def test_an_account_that_is_being_read_is_not_read_by_somebody_else():
    agenda = Agenda()
    agenda.want("a")
    assert agenda.prompt(0.0) == ["a"]
    agenda.want("a")
    agenda.want_many("a")
    agenda.want_long("a")
    assert (agenda.prompt(0.0), agenda.many(), agenda.long()) == ([], [], [])
    agenda.end("a")
    assert agenda.prompt(0.0) == ["a"]
    agenda.end_all()
    assert (agenda.many(), agenda.long()) == ([], [])


def test_a_great_many_changes_do_not_keep_a_later_one_waiting():
    agenda = Agenda()
    agenda.want(names(MANY + 1))
    agenda.want(["late"])
    assert agenda.prompt(0.0) == ["late"]
    assert agenda.many() == names(AT_ONCE)


def test_what_takes_long_is_read_one_by_one():
    agenda = Agenda()
    agenda.want_long("ab")
    assert (agenda.long(), agenda.long(), agenda.long()) == (["a"], ["b"], [])


def test_what_is_for_later_is_read_when_it_is_time():
    agenda = Agenda()
    agenda.want_at(5.0, "ab")
    agenda.want_at(7.0, "c")
    assert (agenda.prompt(4.9), agenda.next_time()) == ([], 5.0)
    assert (agenda.prompt(5.0), agenda.next_time()) == (["a", "b"], 7.0)


def test_an_account_that_hangs_is_left_alone_until_it_is_back_and_wakes_nobody():
    agenda = Agenda()
    agenda.stall("a")
    agenda.want_at(1.0, "a")
    agenda.want("b")
    assert (agenda.prompt(9.0), agenda.next_time()) == (["b"], None)
    agenda.resume("a")
    assert agenda.prompt(9.0) == ["a"]


def test_while_the_whole_source_hangs_nothing_is_read():
    agenda = Agenda()
    agenda.want("a")
    agenda.want_many("b")
    agenda.stall(ROOT_KEY)
    assert (agenda.is_stalled, agenda.prompt(9.0), agenda.many(), agenda.everything()) == (True, [], [], [])
    agenda.resume(ROOT_KEY)
    assert set(agenda.everything()) == {"a", "b", ROOT_KEY}
