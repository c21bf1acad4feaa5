"""The lab of the link: its recorded channels, lives on them, and what each decision brings."""

from pathlib import Path

import numpy as np
import pytest

from host_sim.hardware import board, price, states
from host_sim.lab.link import channel, life
from host_sim.lab.link.channel import HALF_DBM, Channel
from host_sim.lab.link.life import KEY, PATIENT

DEVKIT = "lolin32_lite"
NONE: frozenset[str] = frozenset()


def steady(dbm: float) -> Channel:
    return Channel("steady", np.array([0.0, 60.0]), np.full(2, dbm), np.full(2, dbm))


def test_the_loss_of_a_stretch_is_that_of_its_rssi(recordings: Path) -> None:
    found = channel.pjaswin(recordings, "s1_s4")
    assert len(found.at_s) == 2_000
    lost = 0.003313086692435119  # of its first row, at 17 dBm, which heard -84 dBm of 17
    assert found.up_dbm[0] == pytest.approx(HALF_DBM - np.log(lost / (1 - lost)) / 0.5 + 3)
    assert found.heard_dbm[0] == -84 - 17 + 20


def test_links_that_lost_nothing_or_nearly_all_are_left_out(recordings: Path) -> None:
    names = [one.name for one in channel.rutgers(recordings)]
    assert names == ["dbm-10 1-6", "dbm0 2-5", "dbm0 3-4", "dbm0 3-8"]


def test_a_channel_is_repeated_and_each_row_holds_until_the_next() -> None:
    one = Channel("", np.array([0.0, 7, 12]), np.zeros(3), np.zeros(3))
    assert [one.row(second) for second in (0, 6.9, 7, 11.9, 12, 19)] == [0, 0, 1, 1, 0, 1]


def test_on_a_perfect_link_a_message_costs_its_parts_and_each_day_an_address() -> None:
    devkit = board.load(DEVKIT)
    days, messages, top = 10, 240, life.TOP
    found = life.live(DEVKIT, steady(-40), NONE, messages)
    each = price.join_fc(devkit, states.CACHED_JOIN, top) + price.message_fc(devkit, top)
    more = price.join_fc(devkit, states.JOIN, top) - price.join_fc(devkit, states.CACHED_JOIN, top)
    mc = (messages * each + days * more) / price.FC_PER_MC
    assert found.mc == pytest.approx(mc, rel=0.01)
    assert found.starts == messages
    assert found.late_s == pytest.approx(0.704)


def test_a_stored_key_saves_its_derivation_in_every_join() -> None:
    devkit = board.load(DEVKIT)
    stored, derived = (life.live(DEVKIT, steady(-40), some, 100) for some in ({KEY}, NONE))
    key_fc = price.state_fc(devkit, "associate", devkit.file.radio.key.duration_us)
    assert derived.mc - stored.mc == pytest.approx(100 * key_fc / price.FC_PER_MC)


def test_patience_pays_where_losses_come_together_and_costs_a_start() -> None:
    bursts = Channel("", np.arange(0, 601, 60.0), np.full(11, -60.0), np.full(11, -60.0))
    bursts.up_dbm[3:5] = HALF_DBM + 0.5
    patient, practice = (life.live(DEVKIT, bursts, some, 300) for some in ({PATIENT}, NONE))
    assert patient.mc < 0.9 * practice.mc
    assert patient.starts > practice.starts


def test_the_clairvoyant_takes_the_best_moment_of_five_minutes() -> None:
    bad = Channel("", np.array([0.0, 240, 480]), np.full(3, -60.0), np.array([-98.0, -50, -50]))
    best = life.clairvoyant(DEVKIT, bad, 20)
    assert best.mc == pytest.approx(life.clairvoyant(DEVKIT, steady(-50), 20).mc)
    assert best.late_s > 0
