"""A plan for a store that light fills: what is learned, and the straightest way to spend it."""

from tests.policy.rig import AT, blank, locked
from torpor.policy import energy, harvest
from torpor.policy.energy import (
    CAPACITY_MC,
    DEMAND_MC,
    EXPECTED_MC,
    HOURS_KNOWN,
    NET_MC,
    OWED_MC,
    PLANNED_H,
    RESTED_PERMILLE,
    SEEN_MC,
    SPELL_MC,
    SPENT_UC,
    STORED_MC,
)

WEEK_H = 168


def store(permille=500, capacity_mc=100000, low=0, nets=None, demand_mc=1000):
    """A store at the end of its first week, of whose days all is known."""
    r = blank(AT + energy.SIZE)
    r[AT + CAPACITY_MC] = capacity_mc
    r[AT + energy.LOW_PERMILLE] = low
    r[AT + RESTED_PERMILLE] = permille
    r[AT + STORED_MC] = capacity_mc // 1000 * permille
    r[AT + PLANNED_H] = WEEK_H
    r[AT + HOURS_KNOWN] = 24
    r[AT + DEMAND_MC] = demand_mc
    for hour, mc in enumerate(nets or [0] * 24):
        r[AT + NET_MC + hour] = mc
    return r


def after(r, hours, permille, spent_mc, more_x16=0):
    """A reading so many hours later: the pace that follows."""
    r[AT + RESTED_PERMILLE] = permille
    r[AT + SPENT_UC] = spent_mc * 1000
    with locked:
        return harvest.pace_x16(r, AT, r[AT + PLANNED_H] + hours, more_x16)


def test_what_an_hour_brought_is_the_change_and_what_was_spent():
    r = store(500)
    r[AT + HOURS_KNOWN] = 0
    after(r, 1, 510, 700)
    assert r[AT + NET_MC] == 1000 + 700
    assert (r[AT + HOURS_KNOWN], r[AT + PLANNED_H], r[AT + STORED_MC]) == (1, WEEK_H + 1, 51000)
    assert (r[AT + SPENT_UC], r[AT + RESTED_PERMILLE]) == (0, -1)
    after(r, 3, 480, 0)
    assert list(r[AT + NET_MC : AT + NET_MC + 5]) == [1700, -1000, -1000, -1000, 0]


def test_of_what_a_known_hour_shows_a_quarter_is_believed():
    r = store(500)
    after(r, 24, 740, 0)
    assert list(r[AT + NET_MC : AT + NET_MC + 24]) == [250] * 24
    after(r, 1, 740, 0)
    assert r[AT + NET_MC] == 187  # 250 - 62.5


def test_a_full_store_shows_the_least_that_an_hour_brings():
    for permille, learned in ((980, 4000), (979, 3250)):
        r = store(permille - 10, nets=[4000] * 24)
        after(r, 1, permille, 0)
        assert r[AT + NET_MC] == learned
    r = store(990, nets=[400] * 24)
    after(r, 1, 1000, 600)
    assert r[AT + NET_MC] == 700


def test_a_gap_of_more_than_a_day_teaches_each_hour_its_mean_once():
    r = store(500, nets=[7] * 24)
    after(r, 25, 900, 5000)
    assert list(r[AT + NET_MC : AT + NET_MC + 24]) == [7 + (1800 - 7) // 4] * 24
    assert (r[AT + DEMAND_MC], r[AT + STORED_MC]) == (200, 90000)


def test_a_cell_that_is_read_once_in_two_days_is_not_slow_for_good():
    r = store(500, nets=[500] * 24, demand_mc=0)
    assert after(r, 48, 600, 4800) == 0


def test_the_first_reading_is_only_kept():
    r = store(500)
    r[AT + PLANNED_H] = -1
    r[AT + HOURS_KNOWN] = 0
    r[AT + RESTED_PERMILLE] = 700
    harvest.pace_x16(r, AT, 5, 0)
    assert (r[AT + STORED_MC], r[AT + PLANNED_H], r[AT + HOURS_KNOWN]) == (70000, 5, 0)


def test_the_demand_is_that_at_the_tasks_own_pace():
    r = store(500, demand_mc=0)
    r[AT + HOURS_KNOWN] = 0
    after(r, 2, 500, 600, 48)
    assert r[AT + DEMAND_MC] == 600 * 4 // 2


def test_the_demand_is_the_mean_of_hours_not_of_readings():
    """At the slowest pace there are three readings in four hours."""
    r = store(500, demand_mc=0)
    r[AT + HOURS_KNOWN] = 0
    for hours in (1, 1, 2) * 6:
        after(r, hours, 500, 80, 112)
    assert (r[AT + HOURS_KNOWN], r[AT + DEMAND_MC]) == (24, 80 * 8 * 3 // 4)


def test_of_a_day_that_is_known_an_hour_is_a_24th():
    for spent_mc, demand_mc in ((1011, 1000), (1012, 1001), (988, 1000), (987, 999), (3400, 1100)):
        r = store(500, demand_mc=1000)
        after(r, 1, 500, spent_mc)
        assert r[AT + DEMAND_MC] == demand_mc, spent_mc


def test_what_a_node_at_its_slowest_would_have_sunk_is_the_spell():
    """By 1,000 an hour awake, and 60 asleep; light that brings as much ends none of it."""
    r = store(500, demand_mc=8000)
    for hours, net_mc, owed_mc, spell_mc in (
        (1, -60, 1060, 1060),
        (3, -60, 4240, 4240),
        (1, 1000, 4240, 4240),
        (2, 2000, 2240, 4232),  # a 1,024th fades in an hour
        (1, 3240, 0, 4228),
        (1, 5000, 0, 4224),
        (1, -60, 1060, 4220),
    ):
        r[AT + STORED_MC] = 50000 + (8000 - net_mc) * hours
        after(r, hours, 500, 8000 * hours)
        assert (r[AT + OWED_MC], r[AT + SPELL_MC]) == (owed_mc, spell_mc)


def test_a_spell_is_at_most_all_that_a_store_holds():
    r = store(1000, capacity_mc=5000)
    after(r, 24, 0, 0)
    assert (r[AT + OWED_MC], r[AT + SPELL_MC]) == (5000, 5000)


def test_at_no_hour_is_there_less_than_the_spell_would_still_take():
    """At the slowest pace 100 an hour, and 100 asleep: 12 dark hours take 2,400 of the spell."""
    nets = [-100] * 12 + [9000] * 12
    for spell_mc, owed_mc, may_mc in (
        (0, 0, 300),
        (2400, 0, 300),
        (2401, 0, 299),
        (4799, 0, 100),
        (6000, 0, -1100),
        (6000, 1200, 100),  # so much of it is over
        (6000, 3600, 300),
    ):
        r = store(48, nets=nets, demand_mc=800)
        r[AT + SPELL_MC] = spell_mc
        r[AT + OWED_MC] = owed_mc
        assert harvest.spend_mc(r, AT) == may_mc, (spell_mc, owed_mc)


def test_a_spell_is_at_most_half_a_store():
    for spell_mc, kept_mc in ((49999, 49999), (50000, 50000), (50001, 50000), (100000, 50000)):
        r = store(600, nets=[5000] * 24, demand_mc=800)
        r[AT + SPELL_MC] = spell_mc
        assert harvest.spell_mc(r, AT) == kept_mc
        assert harvest.spend_mc(r, AT) == (60000 + 60000 - kept_mc) // 12


def test_in_the_first_week_a_weekend_is_kept():
    """At the slowest pace 100 an hour, and what sleep takes, for 54 hours; at most half a store."""
    for hour, kept_mc in ((0, 5400), (WEEK_H - 1, 5400), (WEEK_H, 0)):
        r = store(150, low=50, nets=[200] * 24, demand_mc=800)
        r[AT + PLANNED_H] = hour
        assert harvest.spend_mc(r, AT) == (10000 + 2400 - kept_mc) // 12
    r[AT + PLANNED_H] = WEEK_H - 1
    for spell_mc, kept_mc in ((5399, 5400), (5401, 5401)):
        r[AT + SPELL_MC] = spell_mc
        assert harvest.spell_mc(r, AT) == kept_mc
    for capacity_mc in (21600, 21599):
        r = store(500, capacity_mc=capacity_mc, nets=[-50, -150] + [0, 100] * 11, demand_mc=800)
        r[AT + PLANNED_H] = 0
        assert harvest.spell_mc(r, AT) == min(10800, capacity_mc // 2)


def test_a_full_store_is_spent_from_whatever_is_expected():
    for permille, more in ((979, harvest.MOST_X16), (980, 0)):
        r = store(permille, nets=[-50000] * 24)
        assert after(r, 1, permille, 0) == more


def test_light_that_was_expected_and_did_not_come_is_expected_no_more():
    r = store(36, nets=[1600] * 24, demand_mc=1600)
    assert harvest.trust_x16(r, AT) == 16
    for expected, seen, trust in ((400, 400, 16), (400, 401, 16), (400, 399, 15), (400, 0, 0)):
        r[AT + EXPECTED_MC] = expected
        r[AT + SEEN_MC] = seen
        assert harvest.trust_x16(r, AT) == trust
        assert harvest.spend_mc(r, AT) == 3600 // 12 + 100 * trust
    after(r, 1, 36, 800)
    assert (r[AT + EXPECTED_MC], r[AT + SEEN_MC]) == (700, 200)
    after(r, 1, 26, 0)  # darkness is not less than none
    assert (r[AT + EXPECTED_MC], r[AT + SEEN_MC]) == (925, 150)


def test_a_full_store_shows_no_less_than_was_expected():
    r = store(980, nets=[1600] * 24)
    after(r, 1, 980, 0)
    assert r[AT + EXPECTED_MC] == r[AT + SEEN_MC] == 400


def test_a_night_is_not_spent_into():
    """20,000 above the least, and 12 dark hours: no more than it lasts, whatever comes then."""
    nets = [-500] * 12 + [9000] * 12
    assert harvest.spend_mc(store(250, low=50, nets=nets), AT) == 20000 // 12 - 500


def test_room_is_made_for_light_before_it_comes():
    """95,000 of 98,000 are there, and 24,000 come in the first two hours, of 30,000."""
    nets = [12000, 12000] + [-1000] * 22
    assert harvest.spend_mc(store(950, nets=nets), AT) == (24000 - 3000) // 2


def test_what_cannot_be_kept_is_not_wasted_either():
    """Full by the third hour and empty by the night: spent evenly up to where it is full."""
    nets = [20000] * 3 + [-4000] * 21
    assert harvest.spend_mc(store(900, nets=nets), AT) == (60000 - 8000) // 3


def test_the_pace_is_the_demand_over_what_may_be_spent():
    for may, more in ((1600, 0), (3200, 0), (1506, 0), (1505, 1), (800, 16), (400, 48), (200, 112)):
        r = store(0, nets=[may] * 24, demand_mc=1600)
        r[AT + PLANNED_H] = -1
        assert harvest.pace_x16(r, AT, WEEK_H, 0) == more, may
    for may in (199, 1, 0, -5000):
        r = store(0, nets=[may] * 24, demand_mc=1600)
        r[AT + PLANNED_H] = -1
        assert harvest.pace_x16(r, AT, WEEK_H, 0) == harvest.MOST_X16, may


def test_a_node_that_does_not_know_what_it_takes_is_slow():
    assert after(store(500, nets=[1000] * 24, demand_mc=0), 1, 500, 0) == harvest.MOST_X16


def test_the_extremes_stay_in_31_bits_and_off_the_heap():
    for capacity_mc, hour in ((1, 0), (999, 0), (1 << 28, 0), (1 << 28, WEEK_H)):
        r = store(0, capacity_mc=capacity_mc, low=1000, demand_mc=1 << 23)
        r[AT + PLANNED_H] = hour
        for permille in (1000, 0, 1000, 0):
            for _ in range(24):
                after(r, 1, permille, (1 << 29) // 1000, 112)
            assert 0 <= after(r, 24, permille, 0) <= 112
            assert all(abs(mc) <= 1 << 24 for mc in r[AT + NET_MC : AT + NET_MC + 24])
