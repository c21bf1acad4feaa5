"""The virtual board through its serial port, by mpremote and by hand."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from host_sim.hardware import board
from tests.provision.conftest import NODE
from tests.refused import refused
from torpor_tools import cli
from torpor_tools.commands import deploy
from torpor_tools.commands.virtual_board import FLASH_BYTES
from torpor_tools.fakes import world
from torpor_tools.hil.node import Node
from torpor_tools.provision import filesystem
from torpor_tools.virtual.process import running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the virtual board needs Linux")

NAME = "lolin32_lite"
PATIENCE_S = 20
SPEED = 100_000
# A sensor's world after a day: what a chip does not have on its heap.
LIVED = (
    "import gc, machine, world; machine.RTC().memory(bytes(1780)); "
    "[world.note(name, [20.0, 10000]) for name in ('joined', 'slept') for _ in range(30)]"
)


def mpremote(link: Path, *words: str, code: int = 0) -> str:
    """What a command printed; its exit code must be this one."""
    done = subprocess.run(
        [sys.executable, "-m", "mpremote", "connect", str(link), *words],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


class Terminal:
    """Somebody at the port, who sees also what was printed before."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self.port, text.encode())

    def until(self, pattern: str) -> str:
        """Read until it matches; what came up to its end is used up."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := re.search(pattern, self.seen, re.DOTALL)):
            assert time.monotonic() < deadline, f"no {pattern!r} in {self.seen!r}"
            if select.select([self.port], [], [], 0.1)[0]:
                self.seen += os.read(self.port, 4_096).decode()
        self.seen = self.seen[found.end() :]
        return found[0]


@contextmanager
def terminal(link: Path) -> Iterator[Terminal]:
    port = os.open(link, os.O_RDWR | os.O_NOCTTY)
    try:
        yield Terminal(port)
    finally:
        os.close(port)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A board without a node, for tests that leave it usable."""
    link = tmp_path_factory.mktemp("board") / "node"
    with running(link, "--board", NAME, "--empty"):
        yield link


@contextmanager
def with_files(tmp_path: Path, *options: str, **files: str) -> Iterator[Path]:
    """A board that starts with files such as main="..."."""
    held = {f"{name}.py": text.encode() for name, text in files.items()}
    (tmp_path / "image").write_bytes(filesystem.image(held, FLASH_BYTES))
    link = tmp_path / "node"
    with running(link, "--board", NAME, "--image", str(tmp_path / "image"), *options):
        yield link


def test_exec_eval_and_the_exit_code_of_an_error(shared: Path) -> None:
    assert mpremote(shared, "eval", "6*7") == "42\n"
    assert mpremote(shared, "exec", "print('a'); print('b')") == "a\nb\n"
    assert "ZeroDivisionError" in mpremote(shared, "exec", "1/0", code=1)


def test_run_takes_a_program_longer_than_a_window(shared: Path, tmp_path: Path) -> None:
    program = tmp_path / "long.py"
    program.write_text("n = 0\n" + "n += 1  # and so on\n" * 500 + "print(n)\n")
    assert mpremote(shared, "run", str(program)) == "500\n"


def test_files_go_there_and_come_back(shared: Path, tmp_path: Path) -> None:
    data = bytes(range(256)) * 40  # with Ctrl-C, Ctrl-D and line ends
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(data)
    mpremote(shared, "fs", "cp", str(source), ":data")
    assert re.search(r"^ +10240 data$", mpremote(shared, "fs", "ls"), re.MULTILINE)
    mpremote(shared, "fs", "cp", ":data", str(back))
    assert back.read_bytes() == data
    mpremote(shared, "fs", "rm", ":data")
    assert "data" not in mpremote(shared, "fs", "ls")


def test_mounted_folders_are_imported_from_bytecode_too(shared: Path, tmp_path: Path) -> None:
    from torpor_tools.provision import firmware

    (tmp_path / "wanted.py").write_text("def answer():\n    return bytes(range(256))\n")
    firmware.compile_file(tmp_path / "wanted.py", Path("wanted.py"), tmp_path)
    (tmp_path / "wanted.py").unlink()
    (tmp_path / "all").write_bytes(bytes(range(256)))
    said = mpremote(
        shared,
        *("mount", str(tmp_path), "exec"),
        "import wanted; print(wanted.answer() == open('all', 'rb').read())",
    )
    assert said.endswith("True\n")


def test_a_soft_reset_forgets_the_program_and_keeps_rtc_memory(shared: Path) -> None:
    mpremote(shared, "exec", "import machine; machine.RTC().memory(b'kept'); here = 1")
    mpremote(shared, "soft-reset")
    said = mpremote(
        shared,
        *("resume", "exec"),
        "import machine; print('here' in globals(), machine.RTC().memory(), machine.reset_cause())",
    )
    assert said == f"False b'kept' {world.SOFT}\n"


def test_the_clock_can_be_set(shared: Path) -> None:
    moment = (2024, 2, 29, 3, 12, 34, 56)
    program = f"import machine, time; rtc = machine.RTC(); rtc.datetime({(*moment, 0)})"
    said = mpremote(shared, "exec", f"{program}; print(rtc.datetime()[:7], time.localtime()[:6])")
    assert said == f"{moment} (2024, 2, 29, 12, 34, 56)\n"


def test_the_host_s_files_are_out_of_reach(shared: Path) -> None:
    assert mpremote(shared, "exec", "import os; print(os.listdir('/'))") == "[]\n"
    assert "ENOENT" in mpremote(shared, "exec", "open('/etc/passwd')", code=1)


def test_files_where_it_was_started_are_none_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "start.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    with running(tmp_path / "node", "--empty"):
        out = mpremote(tmp_path / "node", "exec", "import os; print(os.getcwd())")
    assert out == "/\n"


def test_the_heap_is_the_chip_s(shared: Path) -> None:
    heap_bytes = 2 * board.load(NAME).file.heap_bytes  # its objects are twice as large
    free = mpremote(shared, "exec", LIVED + "; gc.collect(); print(gc.mem_free())")
    mpremote(shared, "exec", "import machine; machine.RTC().memory(b'')")
    assert heap_bytes < int(free) < 1.06 * heap_bytes  # RTC memory is copied there, too


def test_the_radio_comes_first(shared: Path) -> None:
    power = "; w.config(txpower=12.9); print(w.config('txpower'))"
    station = "import network; w = network.WLAN(network.STA_IF)"
    assert "WiFi Not Started" in mpremote(shared, "exec", station + power, code=1)
    assert mpremote(shared, "exec", station + "; w.active(True)" + power) == "11.0\n"


def test_boot_and_main_run_at_each_start_but_main_not_in_the_raw_repl(tmp_path: Path) -> None:
    files = {"boot": "print('booted')", "main": "here = 1\nprint('ran', __name__)"}
    with with_files(tmp_path, **files) as link, terminal(link) as at:
        at.until(r"rst:0x1 .*booted\nran __main__\n.*>>> ")
        at.type("here\r")
        at.until(r"1\r?\n>>> ")
        at.type("\x04")
        at.until(r"MPY: soft reboot\r\nbooted\nran __main__\n.*>>> ")
        at.type("\x01")
        at.until(r"raw REPL; CTRL-B to exit\r\n>")
        at.type("\x04")
        at.until(r"^OK\r\nMPY: soft reboot\r\nbooted\nraw REPL; CTRL-B to exit\r\n>$")
        at.type("\x02")
        at.until(r">>> ")


def test_deep_sleep_ends_the_program_and_a_timer_starts_it_anew(tmp_path: Path) -> None:
    main = """
import machine, time
memory = machine.RTC().memory()
print(len(memory), machine.reset_cause(), machine.wake_reason(), time.ticks_ms() < 60000)
machine.RTC().memory(memory + bytes(1024))
try:
    machine.deepsleep(86400000)
finally:
    print("woken in the midst of it")
"""
    with with_files(tmp_path, "--speed", str(SPEED), main=main) as link, terminal(link) as at:
        at.until(rf"rst:0x1 .*\n0 {world.PWRON} {world.NO_REASON} True\n")
        at.until(rf"^rst:0x5 [^\n]*\n1024 {world.DEEPSLEEP} {world.TIMER} True\n")
        at.until(rf"^rst:0x5 [^\n]*\n2048 {world.DEEPSLEEP} {world.TIMER} True\n")
        at.until(r"ValueError: buffer too long\n")


def test_time_is_real_and_ticks_restart_with_the_chip(tmp_path: Path) -> None:
    main = "import machine, time; print(time.ticks_ms(), time.time_ns()); machine.deepsleep(300)"
    with with_files(tmp_path, main=main) as link, terminal(link) as at:
        ticks_ms, before_ns = map(int, at.until(r"\d+ \d+\n").split())
        started = time.monotonic()
        again_ms, after_ns = map(int, at.until(r"\d+ \d+\n").split())
        assert time.monotonic() - started >= 0.25
        assert (after_ns - before_ns) >= 300e6
        assert max(ticks_ms, again_ms) < 300


def test_a_program_that_hangs_is_ended_by_the_watchdog(tmp_path: Path) -> None:
    main = """
import machine
began = machine.reset_cause() == machine.PWRON_RESET
machine.WDT(timeout=300 if began else 60000)
while began:
    pass
"""
    with with_files(tmp_path, main=main) as link, terminal(link) as at:
        bitten = at.until(r"rst:0xc .*>>> ")
        assert bitten.count("rst:") == 1
        at.type("import machine; machine.reset_cause()\r")
        at.until(rf"\n{world.WDT}\r?\n")


def test_a_program_that_kills_the_interpreter_is_a_panic(tmp_path: Path) -> None:
    main = """
import machine, uctypes
memory = machine.RTC().memory()
print(memory, machine.reset_cause())
if not memory:
    machine.RTC().memory(b"kept")
    uctypes.bytearray_at(0, 1)[0]
"""
    with with_files(tmp_path, main=main) as link, terminal(link) as at:
        at.until(rf"b'' {world.PWRON}\nrst:0xc [^\n]*\nb'kept' {world.HARD}\n.*>>> ")


def test_ctrl_c_interrupts_what_has_not_asked_to_be_left_alone(shared: Path) -> None:
    with terminal(shared) as at:
        at.type("\x03\r\x02")
        at.until(">>> ")
        at.type("while True: pass\r\r")
        at.until(r"\.\.\. \r\n")
        at.type("\x03")
        at.until(r"KeyboardInterrupt: \n>>> ")
        at.type("import sys, micropython as m; m.kbd_intr(-1); 6 * 7; ord(sys.stdin.read(1))\r")
        at.until(r"42\n")  # from here on, not from the echo
        at.type("\x03")
        at.until(r"3\n>>> ")


def test_ctrl_c_is_heeded_whatever_is_typed_behind_it_as_a_program_starts(tmp_path: Path) -> None:
    """As mpremote types, which then waits for the raw REPL: it was forgotten at the next byte."""
    with (
        with_files(tmp_path, main="import time; time.sleep(60)") as link,
        terminal(link) as at,
    ):
        for typed in ("\r\x03", "\r\x01"):
            at.type(typed)
            time.sleep(0.02)
        at.until(r"raw REPL; CTRL-B to exit\r\n>")


def test_ctrl_c_typed_again_before_it_is_heeded_is_one(shared: Path) -> None:
    with terminal(shared) as at:
        at.type("\x03\r\x02")
        at.until(">>> ")
        at.type("print('sta' + 'rted'); kept = sum(range(10 ** 8))\r")  # looks up at its end
        at.until("started")
        for _ in range(20):
            at.type("\x03")
            time.sleep(0.01)
        at.until("KeyboardInterrupt.*>>> ")
        at.type("'still ' + 'there'\r")
        assert "reboot" not in at.until("still there")


def test_a_node_that_sleeps_can_be_deployed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It sleeps in real time, hears nothing, and is reset by the port: RTC memory is lost."""
    main = """
import machine, time
machine.RTC().memory(b"kept")
time.sleep(0.5)
print("asleep")
machine.deepsleep(3600000)
"""
    with with_files(tmp_path, main=main) as link:
        with terminal(link) as at:
            at.until("asleep\n")
        (tmp_path / "node.toml").write_text(NODE)
        args = ["--port", str(link), "--config", str(tmp_path / "node.toml")]
        monkeypatch.setattr(deploy, "TRIAL_S", 0)  # its broker is none: minutes
        assert cli.run(["deploy", *args]) == 0
        assert "starts from /a" in capsys.readouterr().out
        node = Node(str(link), tmp_path / "log", None)
        node.interrupt(nap_s=2 * PATIENCE_S)  # in its first wake: no reset but deploy's
        assert "ept" not in node.exec("import machine; print(machine.RTC().memory())")
        node.close()


def test_its_bus_has_a_sensor(tmp_path: Path) -> None:
    with running(tmp_path / "node"):
        said = mpremote(
            tmp_path / "node",
            "exec",
            "from torpor.drivers.sht3x import Sht3x\n"
            "print(Sht3x(21, 22, False).read(), Sht3x(21, 22, True).read())",
        )
    assert said == "2000 5000\n"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_image_outlives_the_board_and_the_link_does_not(
    tmp_path: Path, how: signal.Signals
) -> None:
    image, link = tmp_path / "image", tmp_path / "node"
    options = ("--board", NAME, "--image", str(image))
    with running(link, *options) as process:
        mpremote(link, "exec", "with open('note', 'w') as file: file.write('kept')")
        mpremote(link, "exec", "import machine; machine.RTC().memory(b'lost')")
        process.send_signal(how)
        assert process.wait(PATIENCE_S) == 0
        assert not link.is_symlink()
    files = filesystem.mounted(bytearray(image.read_bytes()))
    with files.open("note", "rb") as note:
        assert note.read() == b"kept"
    assert {"main.py", "torpor.mpy"} <= set(files.listdir("/"))
    with running(link, *options):
        assert mpremote(link, "exec", "print(open('note').read())") == "kept\n"
        kept = mpremote(link, "exec", "import machine; print(machine.RTC().memory())")
        assert kept in ("b''\n", "b'\\x00'\n")  # main.py counts its starts there


def test_an_image_is_one_board_s_at_a_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tmp_path / "image"
    options = ("--board", NAME, "--image", str(image))
    with running(tmp_path / "node", *options):
        assert cli.run(["virtual-board", *options]) == 2
        line = f"torpor: {image}: is another virtual board's, which runs; stop that, or name"
        assert capsys.readouterr().err.startswith(line)


def test_bad_input_is_one_line_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short, zeros, taken = tmp_path / "short", tmp_path / "zeros", tmp_path / "taken"
    short.write_bytes(b"short")
    zeros.write_bytes(bytes(FLASH_BYTES))
    taken.symlink_to("nowhere")
    for options, line in (
        (["--board", "esp33"], "no board named esp33; one of "),
        (["--board", NAME, "--link", str(taken)], f"{taken}: exists; remove it"),
        (
            ["--board", NAME, "--link", f"{tmp_path}/no/node"],
            f"{tmp_path}/no/node: its folder does",
        ),
        (["--board", NAME, "--link", "/proc/node"], "/proc/node: cannot be written ("),
        (["--board", NAME, "--image", str(short)], f"{short}: has 5 bytes, an image 2,097,152; "),
        (["--board", NAME, "--image", str(zeros)], f"{zeros}: holds no LittleFS; "),
        (["--board", NAME, "--image", str(tmp_path)], f"{tmp_path}: is a folder; "),
        (["--board", NAME, "--image", f"{tmp_path}/no/image"], f"{tmp_path}/no/image: its folder"),
        (
            ["--board", NAME, "--image", str(short), "--empty"],
            f"{short}: exists; leave out --empty",
        ),
        (["--board", NAME, "--speed", "0"], "Invalid value for '--speed': "),
    ):
        said = refused(["virtual-board", *options], tmp_path, capsys)
        assert said.startswith(f"torpor: {line}")
