"""The tables of docs/start.md: stages by image, a plain node's, and published starts."""

from itertools import product
from pathlib import Path

from host_sim.hardware import board
from host_sim.hardware.start import BY_ESPNOW, IMAGES, LINK, PLAIN, WAKE, Stage, mean_na, total_us
from tests.fidelity import starts

PAGE = Path(__file__).parents[2] / "docs" / "start.md"
BEGIN, END = "<!-- make start writes from here on -->\n", "<!-- as far as here -->\n"
BOARDS = ("lolin32_lite", "xiao_esp32s3")
WATCHES = "files, of a node that watches"
IN_FLASH = (("files", False), ("files", True), *((image, False) for image in IMAGES[1:]))


def written(page: str) -> str:
    """The page with its tables made anew."""
    before, rest = page.split(BEGIN)
    tables = "\n".join((*map(_stages, BOARDS), _plain(), _published()))
    return before + BEGIN + "\n" + tables + "\n" + END + rest.split(END)[1]


def _stages(name: str) -> str:
    found = board.load(name)
    by_image, relayed = (
        [found.starting(image, watches=watches, link=link).stages for image, watches in IN_FLASH]
        for link in ("wifi", "espnow")
    )
    names = [stage.name for stage in by_image[0]]
    rows = [[_ms(stages, stage) for stages in by_image] for stage in names[:-2]]
    begun = [stages[:-2] for stages in by_image]
    rows += map(list, zip(*map(_totals, begun), strict=True))
    rows += [[_ms(stages, name) for stages in by_image] for name in (WAKE, LINK)]
    rows.append([_ms(stages, LINK) for stages in relayed])
    behind = f"then {WAKE}, ms", f"{LINK} of a wake that joins, ms", f"{BY_ESPNOW}, ms"
    heads = (*names[:-2], "the start, ms", "the start, mC", *behind)
    return f"`{name}`, ms by stage:\n\n" + table(
        ("stage", IMAGES[0], WATCHES, *IMAGES[1:]),
        [[h, *row] for h, row in zip(heads, rows, strict=True)],
    )


def _plain() -> str:
    """Ours beside a careful author's node."""
    rows = []
    for name, image in product(BOARDS, IMAGES):
        for whose, one in (("ours", image), ("plain", PLAIN[image])):
            *begun, own, link = board.load(name).starting(one).stages
            after = [f"{stage.us / 1e3:,.1f}" for stage in (own, link)]
            rows.append([f"`{name}`", image, whose, *_totals(begun), *after])
    named = "its own code, ms", f"{LINK}, ms"
    heads = ("board", "image", "node", "the start, ms", "the start, mC", *named)
    return "Beside a node that was written without the library:\n\n" + table(heads, rows)


def _totals(begun: list[Stage]) -> tuple[str, str]:
    """A start's ms and mC."""
    us = total_us(begun)
    return f"{us / 1e3:,.1f}", f"{us * mean_na(begun) / 1e12:,.2f}"


def _ms(stages: list[Stage], name: str) -> str:
    return next((f"{one.us / 1e3:,.1f}" for one in stages if one.name == name), "")


def _published() -> str:
    rows = [
        [row.what, f"{row.measured:g} {row.unit}", f"{row.predicted:.4g} {row.unit}",
         f"{row.error_pct:+.1f} %", row.how]
        for row in starts.rows()
    ]  # fmt: skip
    head = f"Published starts, by the same stages with other switches ({starts.SOURCE}):\n\n"
    return head + table(("start", "published", "model", "error", ""), rows)


def table(heads: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows), ""])
