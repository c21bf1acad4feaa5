"""The power controller: what it predicts, learns, probes and raises."""

from tests.policy.rig import AT, blank, locked
from torpor.policy import txpower
from torpor.policy.txpower import ALL, LEVEL_QDBM, LEVELS, PATIENCE_MAX, PATIENCE_MIN

TOP = LEVELS - 1


def radio(lowest=0, highest=TOP, retry_uc=20000, rejoin_uc=100000):
    r = blank(AT + txpower.SIZE)
    r[AT + txpower.LOWEST] = lowest
    r[AT + txpower.HIGHEST] = highest
    r[AT + txpower.TARGET] = 655
    r[AT + txpower.SENSITIVITY_DBM] = -90
    r[AT + txpower.AP_QDBM] = 80
    r[AT + txpower.RETRY_UC] = retry_uc
    r[AT + txpower.REJOIN_UC] = rejoin_uc
    for level in range(LEVELS):
        r[AT + txpower.ATTEMPT_UC + level] = 1000 + 100 * level
    txpower.start(r, AT)
    return r


def deliver(r, count, attempts=1):
    """So many messages, each through after so many attempts; the level of the last."""
    for _ in range(count):
        with locked:
            level = txpower.choose(r, AT)
            txpower.acked(r, AT, level, attempts)
    return level


def level_of(r):
    return r[AT + txpower.LEVEL]


def test_it_starts_at_the_highest_level_of_the_mode_and_stays_without_rssi():
    r = radio(lowest=2, highest=7)
    assert deliver(r, 50) == 7
    assert level_of(r) == 7


def test_the_loss_is_predicted_from_the_margin():
    r = radio()
    txpower.heard(r, AT, -90)
    assert txpower.loss(r, AT, TOP) == ALL // 2  # no margin at the access point's own power
    assert txpower.loss(r, AT, 9) < ALL
    assert txpower.loss(r, AT, 5) == ALL  # 7 dB less
    r = radio()
    txpower.heard(r, AT, -40)
    assert txpower.loss(r, AT, TOP) == 0


def test_more_power_never_predicts_more_loss():
    for dbm in range(-100, -20):
        r = radio()
        txpower.heard(r, AT, dbm)
        losses = [txpower.loss(r, AT, level) for level in range(LEVELS)]
        assert losses == sorted(losses, reverse=True), dbm


def test_a_message_fails_with_the_third_power_of_the_loss():
    assert txpower.fails(0) == 0
    assert txpower.fails(ALL) == ALL
    assert txpower.fails(ALL // 2) == ALL // 8
    assert txpower.fails(ALL // 4) == ALL // 64


def test_it_probes_one_level_down_after_a_streak_to_the_message():
    r = radio()
    txpower.heard(r, AT, -40)
    assert deliver(r, PATIENCE_MIN) == TOP
    assert level_of(r) == TOP
    assert txpower.choose(r, AT) == TOP - 1
    deliver(r, 1)
    assert level_of(r) == TOP - 1
    assert txpower.choose(r, AT) == TOP - 1
    deliver(r, 200)
    assert level_of(r) == 0


def test_it_goes_no_lower_than_the_mode_allows():
    r = radio(lowest=3)
    txpower.heard(r, AT, -40)
    assert r[AT + txpower.STREAK] == 0
    deliver(r, 200)
    assert level_of(r) == 3


def test_the_lowest_level_has_no_next_one_to_forget():
    r = radio()
    txpower.heard(r, AT, -40)
    deliver(r, 400)
    assert level_of(r) == 0
    assert r[AT + txpower.LEARNED_X16] == -40 * 16
    assert r[AT + txpower.STREAK] == PATIENCE_MAX


def test_a_lower_level_must_meet_the_target_and_cost_less():
    r = radio()
    txpower.heard(r, AT, -85)  # 20 dBm: 5 dB of margin; 18 dBm: 3 dB, 0.6 % of messages fail
    deliver(r, 50)
    r[AT + txpower.TARGET] = 10
    before = level_of(r)
    deliver(r, 50)
    assert level_of(r) >= before
    r = radio()
    txpower.heard(r, AT, -40)
    for level in range(LEVELS):
        r[AT + txpower.ATTEMPT_UC + level] = 1000
    assert deliver(r, 50) == TOP


def test_a_probe_that_fails_doubles_the_patience():
    r = radio()
    txpower.heard(r, AT, -40)
    patience = PATIENCE_MIN
    for _ in range(12):
        assert deliver(r, patience) == TOP
        with locked:
            txpower.lost(r, AT, TOP - 1)
        patience = min(2 * patience, PATIENCE_MAX)
        assert r[AT + txpower.PATIENCE] == patience
        assert level_of(r) == TOP


def test_what_a_failed_probe_taught_holds_until_the_next_is_due():
    r = radio()
    txpower.heard(r, AT, -40)
    deliver(r, PATIENCE_MIN)
    txpower.lost(r, AT, TOP - 1)
    deliver(r, 2 * PATIENCE_MIN - 1)
    assert r[AT + txpower.LOSS + TOP - 1] > 0
    deliver(r, 1)
    assert r[AT + txpower.LOSS + TOP - 1] == -1


def test_a_retry_raises_the_power_at_once():
    r = radio()
    txpower.heard(r, AT, -75)
    r[AT + txpower.LEVEL] = 4
    txpower.acked(r, AT, 4, 2)
    assert level_of(r) > 4
    assert r[AT + txpower.STREAK] == 0


def test_a_loss_at_the_highest_level_stays_there():
    r = radio(highest=7)
    txpower.heard(r, AT, -75)
    for _ in range(100):
        txpower.lost(r, AT, 7)
        assert level_of(r) == 7


def test_a_level_that_just_meets_the_target_will_do_and_no_other():
    for level, target, chosen in ((9, 0, 9), (9, -1, TOP)):
        r = radio()
        txpower.heard(r, AT, -40)
        r[AT + txpower.LOSS + level] = 0
        r[AT + txpower.TARGET] = target
        r[AT + txpower.STREAK] = PATIENCE_MIN
        assert txpower.choose(r, AT) == chosen
        r[AT + txpower.LEVEL] = 8
        txpower.lost(r, AT, 8)
        assert level_of(r) == chosen


def test_the_raise_takes_the_cheapest_level_that_meets_the_target():
    r = radio()
    txpower.heard(r, AT, -60)
    r[AT + txpower.LEVEL] = 0
    txpower.lost(r, AT, 0)
    assert level_of(r) == 1  # 30 dB of margin: the next one is as good and cheapest


def test_an_outage_does_not_keep_the_power_up_for_good():
    r = radio()
    txpower.heard(r, AT, -40)
    deliver(r, 200)
    assert level_of(r) == 0
    for _ in range(40):
        txpower.lost(r, AT, txpower.choose(r, AT))
    assert level_of(r) == TOP
    deliver(r, 400)
    assert level_of(r) == 0


def test_what_is_learned_is_monotone_over_the_levels():
    r = radio()
    txpower.heard(r, AT, -84)
    for step in range(300):
        level = step * 7 % LEVELS
        if step % 3:
            txpower.acked(r, AT, level, 1 + step % 2)
        else:
            txpower.lost(r, AT, level)
        known = [loss for loss in r[AT + txpower.LOSS : AT + txpower.LOSS + LEVELS] if loss >= 0]
        assert known == sorted(known, reverse=True)


def test_another_link_is_learned_anew_and_a_worse_one_at_full_power():
    r = radio()
    txpower.heard(r, AT, -60)
    r[AT + txpower.LEVEL] = 3
    txpower.acked(r, AT, 3, 1)
    txpower.heard(r, AT, -84)  # smoothed: 6 dB less, no more
    assert level_of(r) == 3
    txpower.heard(r, AT, -67)
    assert level_of(r) == TOP
    assert r[AT + txpower.LOSS + 3] == -1


def test_extremes_stay_in_31_bits_and_off_the_heap():
    burst_uc = 20000
    r = radio(retry_uc=txpower.MAX_UC - burst_uc, rejoin_uc=txpower.MAX_UC)
    for level in range(LEVELS):
        r[AT + txpower.ATTEMPT_UC + level] = burst_uc
    for dbm in (-120, -1, -120, -90, -127):
        with locked:
            txpower.heard(r, AT, dbm)
            for level in range(LEVELS):
                txpower.lost(r, AT, level)
                txpower.message_uc(r, AT, level)
                txpower.acked(r, AT, level, 3)
                txpower.choose(r, AT)
    assert len(LEVEL_QDBM) == LEVELS
