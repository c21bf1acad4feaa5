"""make start: count, and write host_sim/hardware/start.toml and the tables of docs/start.md."""

from host_sim.hardware import start
from tests.start import counting, page

if __name__ == "__main__":
    start.COUNTS.write_text(start.as_toml(counting.counted()), encoding="utf-8")
    start.images.cache_clear()
    page.PAGE.write_text(page.written(page.PAGE.read_text(encoding="utf-8")), encoding="utf-8")
