from authz.control.results import AccessKey, NewUser, SessionCredentials


def test_no_answer_shows_its_secrets_when_it_is_printed():
    answers = [
        NewUser("100001", "alice", 7, "hush-1", "AKIDx", "hush-2"),
        AccessKey("AKIDx", "Active", 0.0, "", "hush-3"),
        SessionCredentials("AKIDy", "hush-4", "hush-5", 0.0),
    ]
    shown = repr(answers)
    assert "alice" in shown
    assert "hush" not in shown
