"""The lab of transmit power: its closed form beside the engine, and its links."""

from pathlib import Path

import numpy as np
import pytest

from host_sim.engine.port import SimPort
from host_sim.hardware import board, mac, price, states
from host_sim.lab.txpower import links, study, ways
from host_sim.lab.txpower.air import Air, cell, cells
from host_sim.lab.txpower.bench import BEST, HINDSIGHT, NAIVE, Bench
from host_sim.lab.txpower.links import Link
from host_sim.sim import build
from host_sim.spec import scenario
from torpor.policy.txpower import LEVEL_QDBM, LEVELS

AIR = Air.of(board.load("lolin32_lite"))
TOP = LEVELS - 1


@pytest.mark.parametrize(("dbm", "level"), [(-60, TOP), (-84, 5), (-91, TOP)])
def test_a_wake_costs_on_average_what_the_engine_draws(dbm: int, level: int) -> None:
    weak = ("days=2", "node.key=passphrase", "world.wifi.sd_db=0", f"world.wifi.mean_dbm={dbm}")
    port = SimPort(build.parts(scenario.load("garden", weak)))
    drawn, arrived = [], 0
    for _ in range(1500):
        before, port.now_us = port.used, 0
        if port.join(LEVEL_QDBM[level], 1) < 0:
            arrived += port.send([], 0, 1, LEVEL_QDBM[level]) > 0
        port.leave()
        drawn.append((port.used - before) * 1024 / price.FC_PER_MC)
    at = cell(dbm, level)
    error = 4 * np.std(drawn) / np.sqrt(len(drawn)) + 1e-3
    assert np.mean(drawn) == pytest.approx(AIR.mc[level, at], abs=error)
    assert arrived / len(drawn) == pytest.approx(AIR.answered[level, at], abs=0.01)


def test_where_nothing_is_lost_a_wake_costs_its_parts() -> None:
    devkit = board.load("lolin32_lite")
    for level in (0, TOP):
        parts = price.join_fc(devkit, states.CACHED_JOIN, level) + price.message_fc(devkit, level)
        assert AIR.mc[level, -1] == pytest.approx(parts / price.FC_PER_MC, rel=1e-9)
    assert AIR.answered[:, -1].min() == 1


def test_where_all_is_lost_nothing_is_delivered_and_the_join_ends_at_its_limit() -> None:
    devkit = board.load("lolin32_lite")
    assert AIR.answered[:, 0].max() == 0
    limit_mc = price.state_fc(devkit, "associate", mac.JOIN_LIMIT_US) / price.FC_PER_MC
    assert AIR.mc[0, 0] == pytest.approx(limit_mc, rel=0.1)


def test_more_margin_never_costs_more_nor_delivers_less() -> None:
    assert (np.diff(AIR.mc[:, 1:], axis=1) <= 1e-6).all()
    assert (np.diff(AIR.answered, axis=1) >= -1e-9).all()


def test_a_row_of_cells_is_each_levels_cell() -> None:
    dbm = np.array([-100.0, -77.3, -40])
    assert cells(dbm).tolist() == [[cell(one, level) for one in dbm] for level in range(LEVELS)]


def test_the_clairvoyant_costs_least_then_hindsight_then_all_others() -> None:
    one = Bench.of("xiao_esp32c3", scenario.load("garden").file.node)
    for mean_dbm in (-55, -74, -86):
        link = Link.modelled(mean_dbm, 4, 0, 200, 3)
        mc = {name: one.run(name, link).mc for name in study.KINDS}
        assert mc[BEST] <= mc[HINDSIGHT] <= min(mc["20 dBm"], mc["11 dBm"])
        assert mc[BEST] == min(mc.values())
        assert mc[NAIVE] > mc["20 dBm"]


def test_by_rssi_the_least_level_that_should_arrive_as_wanted_is_taken() -> None:
    way = ways.Threshold()
    for dbm, qdbm in ((-57, 8), (-58, 20), (-75, 80), (-90, 80)):
        way.told(dbm, False, False)
        assert LEVEL_QDBM[way.level] == qdbm, dbm


def test_arf_goes_down_behind_a_run_and_up_after_a_loss() -> None:
    way = ways.Arf()
    for wake in range(ways.RUN):
        assert way.level == TOP, wake
        way.told(-60, False, False)
    assert way.level == TOP - 1
    way.told(-60, False, True)
    assert way.level == TOP


def test_recorded_links_are_brought_to_20_dbm_at_both_ends(recordings: Path) -> None:
    first, second = links.recorded(recordings)
    assert (len(first.heard_dbm), len(second.heard_dbm)) == (10_000, 2_000)
    # what the data set's own columns say of its means, by hand
    assert first.up_dbm.mean() == pytest.approx(-75.0, abs=0.1)
    assert second.heard_dbm.mean() == pytest.approx(-82.2, abs=0.1)
    assert second.weaker(5).up_dbm == pytest.approx(second.up_dbm - 5)


def test_an_access_point_that_changes_is_heard_so_and_hears_as_before() -> None:
    link = Link.modelled(-60, 0, 0, 4, 1)
    moved = link.moved(np.array([0, 6, 0, -6]))
    assert moved.heard_dbm.tolist() == [-60, -54, -60, -66]
    assert moved.up_dbm.tolist() == link.up_dbm.tolist()
