"""make start: count and write host_sim/hardware/start.toml."""

from host_sim.hardware import start
from tests.start import counting

if __name__ == "__main__":
    start.COUNTS.write_text(start.as_toml(counting.counted()), encoding="utf-8")
