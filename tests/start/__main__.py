"""make start: count, and write start.toml and heap.toml of host_sim/hardware, and docs' tables."""

from host_sim.hardware import heap, start
from tests.heap import counting as heap_counting
from tests.heap import page as heap_page
from tests.start import counting, page, plain

if __name__ == "__main__":
    counts = {**counting.counted(), **plain.counted()}
    start.COUNTS.write_text(start.as_toml(counts), encoding="utf-8")
    start.images.cache_clear()
    page.PAGE.write_text(page.written(page.PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    heap.COUNTS.write_text(heap.as_toml(heap_counting.counted()), encoding="utf-8")
    heap.counted.cache_clear()
    told = heap_page.written(heap_page.PAGE.read_text(encoding="utf-8"), heap_page.rows())
    heap_page.PAGE.write_text(told, encoding="utf-8")
