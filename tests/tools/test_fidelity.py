"""docs/fidelity.md says what a run says."""

from pathlib import Path

import pytest

from host_sim.files import inputs
from host_sim.spec.scenariofile import Wifi
from host_sim.trace import reader
from host_sim.trace.cut import digest
from host_sim.trace.fit import evidence
from tests.fidelity import __main__ as fidelity
from tests.fidelity import channel, published
from tests.fidelity.unseen import GROUPS, digest_file


def test_the_page_is_what_a_run_writes() -> None:
    assert fidelity.PAGE.read_text(encoding="utf-8") == fidelity.page()


@pytest.mark.parametrize("name", [name for group in GROUPS for name in group.files])
def test_a_judged_digest_is_of_its_recording(name: str, recordings: Path) -> None:
    path = recordings / "esp32/heltec-esp32-lora32" / name
    shipped = evidence.read(digest_file(name))
    assert shipped.sha256 == inputs.sha256(path)
    assert shipped.rows == digest.rounded(digest.rows(reader.read(path)))


def test_published_predictions_are_of_no_more_than_half() -> None:
    fitted = 12  # the figures that published.FITTED names
    assert fitted <= len(published.predictions())


def test_the_loss_of_a_disturbed_channel_is_that_of_the_recording_it_was_fitted_on() -> None:
    join_s = channel.cuts()[channel.DISTURBED].join_s
    assert Wifi().disturbed_loss == channel.loss_of(join_s)


@pytest.mark.parametrize("name", [channel.QUIET, channel.DISTURBED, "join/wifi-join-a"])
def test_a_cut_is_of_its_recording(name: str, recordings: Path) -> None:
    path = recordings / "esp32/heltec-esp32-lora32" / f"{name}.csv.xz"
    assert channel.cut(path, name)[2:] == channel.cuts()[name][2:]
