"""The door of all that is read."""

import os
import socket
from pathlib import Path

import numpy as np
import pytest

from host_sim.errors import BadInput
from host_sim.files import inputs
from host_sim.trace import reader
from host_sim.trace.formats import ppk2
from host_sim.trace.recording import Recording


def test_a_text_may_have_a_byte_order_mark_and_any_ends_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "in.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\rc = 3\n")
    assert inputs.text(path) == "a = 1\nb = 2\nc = 3\n"


def test_the_most_bytes_are_allowed_and_one_more_is_not(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(b"1234")
    assert inputs.data(path, 4) == b"1234"
    with pytest.raises(BadInput, match="has more than 3 bytes"):
        inputs.data(path, 3)


def test_a_file_that_does_not_tell_its_length_is_bounded_too() -> None:
    with pytest.raises(BadInput, match="has more than 10 bytes"):
        inputs.data(Path("/proc/self/status"), 10)


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    """A pipe without a writer would wait for one."""
    pipe, sock = tmp_path / "pipe", tmp_path / "sock"
    os.mkfifo(pipe)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(sock))
    for path, what in (
        (pipe, "is a pipe"),
        (sock, "is a socket"),
        (Path("/dev/zero"), "is a device"),
        (tmp_path, "is a folder"),
        (tmp_path / "none", "no such file"),
        (tmp_path / os.fsdecode(b"\xff"), "its name is not UTF-8"),
        (tmp_path / "zero\0byte", "a name with a zero byte"),
    ):
        with pytest.raises(BadInput, match=what):
            inputs.data(path, 10)


@pytest.mark.parametrize("whole_lines", [True, False])
def test_a_recording_that_shrinks_while_it_is_read_is_refused(
    whole_lines: bool, tmp_path: Path
) -> None:
    """It was mapped once: a page that is gone ended the program by SIGBUS."""
    path = tmp_path / "wake.csv"
    ppk2.write(path, Recording("test", 1000.0, np.full(300_000, 50.0, np.float32)))
    lines = path.read_bytes()[: path.stat().st_size // 2]
    kept = lines.rindex(b"\n") + (1 if whole_lines else -3)

    def shrink(done: float) -> None:
        if done > 0.3:
            os.truncate(path, min(kept, path.stat().st_size))

    with pytest.raises(BadInput) as refused:
        reader.read(path, progress=shrink)
    assert "became shorter" in str(refused.value) or "cut off" in str(refused.value)
