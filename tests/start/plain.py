"""What the start of a careful author's node takes, counted by the same means as our own.

The node is tests/start/practice, as its author installs it: main.py as text, the modules as
bytecode in /lib, where mip puts MQTT's, too; or in a ROMFS, or frozen. A boot.py it has none, and
needs none. By a gateway its link is relay.py.
"""

from pathlib import Path
from struct import pack

from host_sim.files import scratch
from host_sim.hardware.start import BY_ESPNOW, IMAGES, LINK, PLAIN, Work
from tests.start import counting
from torpor_tools.provision import filesystem, firmware, romfs

SOURCES = Path(__file__).parent / "practice"
SCRIPTS = MAIN, BOOT = "main.py", "_boot.py"
RELAY = "relay.py"
LEASE = b"192.0.2.7 255.255.255.0 192.0.2.1 192.0.2.1"
# What RTC memory holds five minutes after all was told: STATE of garden.py.
KEPT = pack("<BBII4h64s", 1, 0, 1, 36, 2000, 5000, 2000, 4000, LEASE)
CHIP = counting.HERE / "chip.py"
# Of chip.py what is our own node's. An argument instead would be names and code in it, which move
# the counts of that by a hundredth.
EDITS = (
    ('mark("configuration")', 'mark("our own code")'),
    ('name == "awake"', 'name == "garden"'),
    ('name.startswith("torpor.link")', 'name == "link"'),
    ('execute(["awake"])', 'execute(["garden", "sht3x"])'),
    ('os.chdir("/a")', 'os.chdir("/")'),
    ('execute(["monitor"])', "execute([])"),
)
LINKED = {"wifi": ["link", "config", "umqtt.simple"], "espnow": ["link", "config"]}
OURS = '\n    mark("its configuration")', "\n\nclass Time:"  # all between is, too


def counted() -> dict[str, dict[str, Work]]:
    """By image and stage, as start.toml has them."""
    out = {}
    for image in IMAGES:
        out[PLAIN[image]] = _image(image, "wifi")
        out[PLAIN[image]][BY_ESPNOW] = _image(image, "espnow")[LINK]
    return out


def _image(image: str, way: str) -> dict[str, Work]:
    with scratch.folder() as folder:
        firmware.compile_file(CHIP, Path("chip.py"), folder, _chip(way))
        for name in SCRIPTS:
            firmware.bare(SOURCES / name, folder / name)  # as ours are
        (folder / "config.json").touch()
        (folder / "kept").write_text(KEPT.hex())
        flashed = {MAIN: (folder / MAIN).read_bytes()}
        if image == "files":
            # Beside main.py each look for a module would go past all of them: 19 ms more.
            flashed |= {f"lib/{name}": data for name, data in compiled(way).items()}
        elif image == "romfs":
            (folder / "rom.img").write_bytes(romfs.image(compiled(way)))
        else:
            flashed = {}
            counting.write(folder / "frozen", compiled(way))
            counting.write(folder / "sources", sources(way))
        (folder / "flash.img").write_bytes(filesystem.image(flashed, counting.FLASH_BYTES))
        counting.write(folder / "flash", flashed)
        return counting.stages(folder, image)


def _chip(way: str) -> str:
    """chip.py of this node."""
    text = CHIP.read_text(encoding="utf-8")
    begin, end = (text.index(mark) for mark in OURS)
    text = text[:begin] + text[end:]
    for ours, its in (*EDITS, ('execute(["link"])', f"execute({LINKED[way]})")):
        assert text.count(ours) == 1, ours
        text = text.replace(ours, its)
    return text


def sources(way: str = "wifi") -> dict[str, bytes]:
    """The node's modules, by their paths."""
    paths = (path for path in sorted(SOURCES.rglob("*.py")) if path.name not in SCRIPTS)
    out = {path.relative_to(SOURCES).as_posix(): path.read_bytes() for path in paths}
    relay = out.pop(RELAY)
    if way == "wifi":
        return out
    return {name: data for name, data in out.items() if "/" not in name} | {"link.py": relay}


def compiled(way: str) -> dict[str, bytes]:
    """The same as bytecode."""
    with scratch.folder() as folder:
        made = [
            firmware.compile_file(SOURCES / name, Path(name), folder, text.decode())
            for name, text in sources(way).items()
        ]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in made}
