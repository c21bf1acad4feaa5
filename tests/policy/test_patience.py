"""How long a join may take."""

from tests.policy.rig import AT, blank, locked
from torpor.policy import patience
from torpor.policy.patience import LINK_MS


def test_without_a_join_to_compare_it_waits_as_long_as_the_link():
    r = blank(AT + patience.SIZE)
    assert patience.within_ms(r, AT, 0) == LINK_MS


def test_it_waits_for_one_time_out_then_twice_as_long_and_at_last_for_all():
    r = blank(AT + patience.SIZE)
    assert not patience.took(r, AT, 700)
    for fails, ms in enumerate((700 + 1300, 700 + 2600, 700 + 5200, LINK_MS, LINK_MS)):
        with locked:
            assert patience.within_ms(r, AT, fails) == ms


def test_a_join_is_late_by_what_no_pause_explains():
    for ms, late in ((1000, False), (1001, True)):
        r = blank(AT + patience.SIZE)
        patience.took(r, AT, 700)
        assert patience.took(r, AT, ms) == late


def test_the_quickest_counts_and_a_slower_network_becomes_the_usual_one():
    r = blank(AT + patience.SIZE)
    patience.took(r, AT, 700)
    patience.took(r, AT, 600)
    assert r[AT + patience.QUICK_MS] == 600
    late = [patience.took(r, AT, 1800) for _ in range(100)]  # channel 11 in place of 1
    assert late[0]
    assert not late[-1]
    assert late == sorted(late, reverse=True)


def test_it_is_never_longer_than_the_link_allows():
    r = blank(AT + patience.SIZE)
    patience.took(r, AT, 60000)
    assert patience.within_ms(r, AT, 0) == LINK_MS
