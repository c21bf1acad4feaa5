"""State of charge, modes with hysteresis, and the budget's bucket."""

from tests.policy.rig import AT, blank, locked
from torpor.policy import energy
from torpor.policy.energy import CRITICAL, NORMAL, SAVE

OCV = (3000, 3300, 3400, 3450, 3500, 3550, 3600, 3700, 3800, 4000, 4200)


def cell(target_h=0, budget_uc_min=0):
    r = blank(AT + energy.SIZE)
    r[AT + energy.LOW_PERMILLE] = 300
    r[AT + energy.CRITICAL_PERMILLE] = 100
    r[AT + energy.BAND_PERMILLE] = 50
    r[AT + energy.TARGET_H] = target_h
    r[AT + energy.BUDGET_UC_MIN] = budget_uc_min
    for step, mv in enumerate(OCV):
        r[AT + energy.OCV_MV + step] = mv
    r[AT + energy.SOC_PERMILLE] = -1
    return r


def settle(r, mv, uptime_h=0):
    """Repeat a reading until the smoothing has followed it."""
    for _ in range(30):
        with locked:
            mode = energy.update(r, AT, mv, uptime_h)
    return mode


def test_the_curve_at_and_between_its_points():
    r = cell()
    for mv, permille in (
        (-1, 0),
        (0, 0),
        (3000, 0),
        (3002, 0),
        (3003, 1),
        (3299, 99),
        (3300, 100),
        (3350, 150),
        (4199, 999),
        (4200, 1000),
        (0x1FFFFFFF, 1000),
    ):
        assert energy.soc_permille(r, AT, mv) == permille, mv


def test_a_flat_stretch_of_the_curve_does_not_divide_by_zero():
    r = cell()
    r[AT + energy.OCV_MV + 3] = 3400
    assert energy.soc_permille(r, AT, 3400) == 300


def test_the_first_reading_counts_in_full_and_later_ones_a_quarter():
    r = cell()
    energy.update(r, AT, 4200, 0)
    assert r[AT + energy.SOC_PERMILLE] == 1000
    energy.update(r, AT, 3000, 0)
    assert r[AT + energy.SOC_PERMILLE] == 750


def test_modes_change_at_their_thresholds_and_return_a_band_later():
    r = cell()
    for mv, mode in (
        (3400 + 50, NORMAL),  # 300 permille
        (3449, SAVE),  # 298
        (3450 + 24, SAVE),  # 348: inside the band
        (3450 + 28, NORMAL),  # 356, smoothed at least 353
        (3300, SAVE),  # 100
        (3296, CRITICAL),  # 98
        (3349, CRITICAL),  # 149
        (3355, SAVE),  # 155, smoothed at least 152
        (4200, NORMAL),
        (3000, CRITICAL),
        (4200, NORMAL),
    ):
        assert settle(r, mv) == mode, mv


def test_the_band_ends_at_its_permille():
    for soc, before, mode in (
        (299, NORMAL, SAVE),
        (300, NORMAL, NORMAL),
        (349, SAVE, SAVE),
        (350, SAVE, NORMAL),
        (99, SAVE, CRITICAL),
        (100, SAVE, SAVE),
        (149, CRITICAL, CRITICAL),
        (150, CRITICAL, SAVE),
    ):
        r = cell()
        for step in range(11):
            r[AT + energy.OCV_MV + step] = 100 * step  # a permille is a millivolt
        r[AT + energy.MODE] = before
        assert energy.update(r, AT, soc, 0) == mode, soc


def test_a_node_behind_its_lifetime_saves_until_it_has_caught_up():
    r = cell(target_h=1000)
    assert settle(r, 3700, 250) == NORMAL  # 700 against 750: within the band
    assert settle(r, 3700, 249) == SAVE  # 51 behind
    assert settle(r, 3700, 299) == SAVE  # 1 behind
    assert settle(r, 3700, 300) == NORMAL
    assert settle(r, 3700, 1000000) == NORMAL  # past its lifetime: nothing to be behind of


def test_without_a_budget_all_is_allowed():
    r = cell()
    assert energy.allowance_uc(r, AT, 5) == energy.UNLIMITED_UC
    energy.spend(r, AT, 100)
    assert r[AT + energy.BUCKET_UC] == 0


def test_the_bucket_fills_by_the_minute_and_holds_a_day():
    r = cell(budget_uc_min=100)
    assert energy.allowance_uc(r, AT, 0) == 0
    assert energy.allowance_uc(r, AT, 7) == 700
    energy.spend(r, AT, 650)
    assert energy.allowance_uc(r, AT, 1) == 150
    assert energy.allowance_uc(r, AT, 1439) == 144000
    assert energy.allowance_uc(r, AT, 1) == 144000


def test_the_extremes_stay_in_31_bits():
    r = cell(target_h=1073741, budget_uc_min=372827)
    for minutes in (1440, 1440, 0x3FFFFFFF):
        with locked:
            uc = energy.allowance_uc(r, AT, minutes)
        assert uc == 372827 * 1440
    for mv in (-0x20000000, 0x1FFFFFFF):
        for hours in (0, 1073741, 17895697):
            with locked:
                energy.update(r, AT, mv, hours)


def test_no_start_is_made_before_the_bucket_holds_it_and_the_tasks():
    r = cell(budget_uc_min=100)
    r[AT + energy.START_UC] = 500
    assert energy.wait_ms(r, AT, 300) == 9 * 60000  # 800 are there in 8 min, and one to be sure
    energy.allowance_uc(r, AT, 8)
    assert energy.wait_ms(r, AT, 300) == 0
    energy.spend(r, AT, 1)
    assert energy.wait_ms(r, AT, 300) == 60000


def test_what_no_bucket_holds_is_waited_for_until_it_is_full():
    r = cell(budget_uc_min=100)
    assert energy.wait_ms(r, AT, 200000) == 1441 * 60000
    energy.allowance_uc(r, AT, 1440)
    assert energy.wait_ms(r, AT, 200000) == 0


def test_a_debt_is_of_a_day_at_most():
    r = cell(budget_uc_min=100)
    energy.spend(r, AT, 1 << 29)
    assert r[AT + energy.BUCKET_UC] == -144000
    assert energy.wait_ms(r, AT, 0) == 1441 * 60000


def test_a_delivery_is_paid_by_the_time_it_took():
    r = cell(budget_uc_min=100000)
    r[AT + energy.AIR_UC_MS] = 130
    energy.spend_air(r, AT, 700)
    assert r[AT + energy.BUCKET_UC] == -91000
    energy.spend_air(r, AT, 0x1FFFFFFF)
    assert r[AT + energy.BUCKET_UC] == -91000 - 13000000


def test_without_a_budget_nothing_waits():
    r = cell()
    r[AT + energy.START_UC] = 500
    assert energy.wait_ms(r, AT, 1 << 26) == 0
