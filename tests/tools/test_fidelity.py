"""docs/fidelity.md says what a run says."""

from pathlib import Path

import pytest

from host_sim.files import inputs
from host_sim.spec.scenariofile import Wifi
from host_sim.trace import reader
from host_sim.trace.cut import digest
from host_sim.trace.fit import evidence
from tests.docs import pages
from tests.fidelity import __main__ as fidelity
from tests.fidelity import channel, instruments, own
from tests.fidelity.row import Row
from tests.fidelity.unseen import GROUPS, digest_file


def test_the_page_is_what_a_run_writes() -> None:
    assert fidelity.PAGE.read_text(encoding="utf-8") == fidelity.page()


@pytest.mark.slow
def test_what_an_instrument_can_judge_is_as_its_page_says() -> None:
    assert instruments.table() in pages.path_of(instruments.PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for group in GROUPS for name in group.files])
def test_a_judged_digest_is_of_its_recording(name: str, recordings: Path) -> None:
    path = recordings / "esp32/heltec-esp32-lora32" / name
    shipped = evidence.read(digest_file(name))
    assert shipped.sha256 == inputs.sha256(path)
    assert shipped.rows == digest.rounded(digest.rows(reader.read(path)))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return own.rows()


def test_as_much_is_predicted_as_is_fitted(rows: list[Row]) -> None:
    predicted = sum(row.how == "predicted" for row in rows)
    assert 2 * predicted >= len(rows)


def test_what_was_fitted_comes_out(rows: list[Row]) -> None:
    """Of the ESP-NOW message that found nobody, the number of attempts alone was chosen."""
    fitted = [row for row in rows if row.how == "fitted" and row.part != "ESP-NOW"]
    assert max(abs(row.error_pct) for row in fitted) < 2


def test_every_part_of_a_wake_is_among_them(rows: list[Row]) -> None:
    parts = {row.part for row in rows}
    assert {"start", "join", "whole wake", "listening", "sleep"} <= parts


def test_the_predicted_are_as_good_as_the_readme_says(rows: list[Row]) -> None:
    """Goals: 2 % in the mean, 5 % each; what misses stands on the page."""
    predicted = [row for row in rows if row.how == "predicted"]
    far = [row for row in predicted if abs(row.error_pct) > 5]
    assert {row.part for row in far} <= {"ESP-NOW", "whole wake", "sleep"}
    assert len(predicted) - len(far) >= 3 * len(far)


def test_the_loss_of_a_disturbed_channel_is_that_of_the_recording_it_was_fitted_on() -> None:
    join_s = channel.cuts()[channel.DISTURBED].join_s
    assert Wifi().disturbed_loss == channel.loss_of(join_s)


@pytest.mark.parametrize("name", [channel.QUIET, channel.DISTURBED, "join/wifi-join-a"])
def test_a_cut_is_of_its_recording(name: str, recordings: Path) -> None:
    path = recordings / "esp32/heltec-esp32-lora32" / f"{name}.csv.xz"
    assert channel.cut(path, name)[2:] == channel.cuts()[name][2:]
