"""The power controller: what it expects, what it learns, and what it then takes."""

from tests.policy.rig import AT, blank, locked
from torpor.policy import txpower
from torpor.policy.txpower import ALL, LEVEL_QDBM, LEVELS, MAX_UC

TOP = LEVELS - 1
SENSITIVITY_DBM = -99


def radio(lowest=0, highest=TOP, retry_uc=900000):
    r = blank(AT + txpower.SIZE)
    r[AT + txpower.LOWEST] = lowest
    r[AT + txpower.HIGHEST] = highest
    r[AT + txpower.SENSITIVITY_DBM] = SENSITIVITY_DBM
    r[AT + txpower.RETRY_UC] = retry_uc
    for level in range(LEVELS):
        r[AT + txpower.BURST_UC + level] = 4000 + 500 * level
    txpower.start(r, AT)
    return r


def deliver(r, dbm, count=1, lost=False):
    """So many wakes at this RSSI; the level that the next one would take."""
    for _ in range(count):
        with locked:
            level = txpower.choose(r, AT)
            txpower.heard(r, AT, dbm)
            txpower.asked(r, AT, level, txpower.JOIN_QUESTIONS, lost)
            level = txpower.choose(r, AT)
    return level


def bias_db(r):
    return r[AT + txpower.BIAS_X4096] / 4096


def test_it_starts_at_the_highest_level_of_the_mode_and_stays_without_rssi():
    r = radio(lowest=2, highest=7)
    for _ in range(9):
        assert txpower.choose(r, AT) == 7
        txpower.asked(r, AT, 7, 7, False)
    assert bias_db(r) == -6


def test_the_loss_halves_each_22_sixteenths_of_a_db():
    assert txpower.loss(0) == txpower.loss(-1) == ALL
    assert [txpower.loss(22 * n) for n in range(17)] == [ALL >> n for n in range(16)] + [0]
    assert txpower.loss(11) == ALL * 3 // 4
    assert txpower.loss(22 * 16 - 1) > 0
    losses = [txpower.loss(margin) for margin in range(400)]
    assert losses == sorted(losses, reverse=True)


def test_a_strong_link_takes_the_lowest_level_and_a_weak_one_the_highest():
    assert deliver(radio(), -50, 40) == 0
    assert deliver(radio(lowest=3), -50, 40) == 3
    assert deliver(radio(), -88, 40) == TOP
    assert deliver(radio(highest=7), -88, 40) == 7


def test_between_them_a_level_pays_for_what_it_loses():
    """Of the levels on a steady link, none would cost less by the policy's own numbers."""
    for dbm in range(-84, -60, 4):
        r = radio()
        level = deliver(r, dbm, 200)
        costs = [txpower.wake_uc(r, AT, at) for at in range(LEVELS)]
        assert costs[level] == min(costs)
        assert level == min(at for at in range(LEVELS) if costs[at] == costs[level])


def test_where_the_highest_level_loses_one_in_eight_no_lower_one_is_taken():
    r = radio()
    for level in range(TOP):
        r[AT + txpower.BURST_UC + level] = 0
    r[AT + txpower.RETRY_UC] = 0  # by charge alone the lowest would do
    deliver(r, -80)
    r[AT + txpower.SPREAD_X256] = 0
    edge_x4096 = (SENSITIVITY_DBM + 80) * 4096 + 3 * 22 * 256  # three halvings: one in eight
    for over_x256, level in ((0, TOP), (1, 0)):
        r[AT + txpower.BIAS_X4096] = edge_x4096 + over_x256 * 256
        assert txpower.choose(r, AT) == level


def test_a_loss_takes_a_step_and_the_step_shrinks():
    r = radio()
    deliver(r, -60)
    steps = []
    for _ in range(20):
        r[AT + txpower.BIAS_X4096] = 0
        txpower.asked(r, AT, 0, 0, True)
        steps.append(-bias_db(r))
    assert steps[:2] == [4, 3.5]
    assert steps == sorted(steps, reverse=True)
    assert steps[-1] == 1.875
    for _ in range(20):
        txpower.asked(r, AT, 0, 0, True)
    assert bias_db(r) == -24  # and no further


def test_what_was_expected_to_be_lost_is_earned_back():
    r = radio()
    deliver(r, -90)
    r[AT + txpower.BIAS_X4096] = 0
    lost = txpower.loss(txpower.margin_x16(r, AT, -90 * 16, TOP))
    txpower.asked(r, AT, TOP, 7, False)
    assert r[AT + txpower.BIAS_X4096] == r[AT + txpower.STEP_X16] * 7 * lost >> 8
    for _ in range(9999):  # it cannot be better without end
        txpower.asked(r, AT, 0, 7, False)
    assert bias_db(r) <= 24


def test_losses_raise_the_power_and_their_absence_lowers_it_again():
    r = radio()
    before = deliver(r, -66, 100)
    assert deliver(r, -66, 3, lost=True) > before
    assert deliver(r, -66, 2000) <= before


def test_a_link_that_wanders_takes_more_power_than_a_steady_one_of_its_mean():
    steady, wandering = radio(), radio()
    for _ in range(100):
        level = deliver(steady, -66)
        deliver(wandering, -59)
        higher = deliver(wandering, -73)
    assert higher > level


def test_the_mean_follows_and_the_variance_is_of_what_was_heard():
    r = radio()
    deliver(r, -60)
    assert r[AT + txpower.MEAN_X256] == -60 * 256
    for _ in range(400):
        deliver(r, -76)
        deliver(r, -60)
    assert abs(r[AT + txpower.MEAN_X256] / 256 + 68) < 1
    assert abs(r[AT + txpower.SPREAD_X256] / 256 - 64) < 8


def test_extremes_stay_in_31_bits_and_off_the_heap():
    r = radio(retry_uc=MAX_UC)
    for level in range(LEVELS):
        r[AT + txpower.BURST_UC + level] = 1000000
    for dbm in (-127, -1, -127, -90, -1):
        for lost in (True, False):
            for level in range(LEVELS):
                with locked:
                    txpower.heard(r, AT, dbm)
                    txpower.asked(r, AT, level, 7, lost)
                    txpower.wake_uc(r, AT, level)
                    txpower.choose(r, AT)
    assert len(LEVEL_QDBM) == LEVELS
