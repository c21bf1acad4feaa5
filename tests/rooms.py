"""The drawing of the rooms in docs/architecture.md, made from what the files import.

python -m tests.rooms

A room's floor is one above the highest that it imports, so every import goes down.
"""

import ast
import textwrap
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
PAGE = CHECKOUT / "docs" / "architecture.md"
BEGIN, END = "<!-- python -m tests.rooms draws from here on -->\n", "<!-- as far as here -->\n"
WIDTH = 78  # of the house, with its walls
Graph = Mapping[str, set[str]]


def imported(source: str, package: str) -> Iterator[str]:
    """The dotted names that a module of `package` imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def module_of(path: str) -> str:
    """The dotted name of a file's module."""
    path = path.removeprefix("firmware/").removeprefix("tools/")
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def rooms() -> dict[str, str]:
    """Each room by its name, with what its docstring says is in it."""
    named = {"firmware": "firmware/torpor/__init__.py", "tools": "tools/torpor_tools/__init__.py"}
    for path in sorted((CHECKOUT / "host_sim").iterdir()):
        if path.suffix == ".py" and path.stem != "__init__":
            named[path.stem] = f"host_sim/{path.name}"
        elif (path / "__init__.py").exists():
            named[path.name] = f"host_sim/{path.name}/__init__.py"
    found = {}
    for name, file in named.items():
        text = ast.get_docstring(ast.parse((CHECKOUT / file).read_text(encoding="utf-8")))
        found[name] = (text or "").split("\n\n")[0].replace("\n", " ").rstrip(".")
    return found


def room_of(name: str) -> str:
    """The room that a dotted name is of, or nothing."""
    first, _, rest = name.partition(".")
    if first == "host_sim":
        return rest.partition(".")[0]
    return {"torpor": "firmware", "torpor_tools": "tools"}.get(first, "")


def graph() -> dict[str, set[str]]:
    """Which rooms each room imports."""
    found: dict[str, set[str]] = {name: set() for name in rooms()}
    for folder in ("firmware", "host_sim", "tools"):
        for path in (CHECKOUT / folder).rglob("*.py"):
            module = module_of(path.relative_to(CHECKOUT).as_posix())
            if (room := room_of(module)) not in found:
                continue
            package = module if path.stem == "__init__" else module.rpartition(".")[0]
            for name in imported(path.read_text(encoding="utf-8"), package):
                if (other := room_of(name)) in found and other != room:
                    found[room].add(other)
    return found


def floors(graph: Graph) -> list[list[str]]:
    """The rooms by floor, the ground first; a CycleError where imports go round."""
    height: dict[str, int] = {}
    for room in TopologicalSorter(graph).static_order():
        height[room] = 1 + max((height[below] for below in graph[room]), default=-1)
    return [sorted(r for r in height if height[r] == h) for h in range(max(height.values()) + 1)]


def house(graph: Graph, told: Mapping[str, str]) -> str:
    """The floors as boxes, the highest on top."""
    lines: list[str] = []
    above: list[int] = []
    for floor in reversed(floors(graph)):
        walls = [round(i * (WIDTH - 1) / len(floor)) for i in range(len(floor) + 1)]
        lines += [_ceiling(above, walls), *_boxes(floor, walls, told)]
        above = walls
    return "\n".join([*lines, _ceiling(above, [])])


def _boxes(floor: list[str], walls: list[int], told: Mapping[str, str]) -> Iterator[str]:
    texts = []
    for room, left, right in zip(floor, walls, walls[1:], strict=False):
        texts.append([room, *textwrap.wrap(told[room], right - left - 3)])
    for row in range(max(map(len, texts))):
        line = ""
        for text, left, right in zip(texts, walls, walls[1:], strict=False):
            line += f"│ {text[row] if row < len(text) else '':{right - left - 2}}"
        yield line + "│"


def _ceiling(above: list[int], below: list[int]) -> str:
    """The line between two floors, joined to the walls of both."""
    corners = {0: "├", WIDTH - 1: "┤"} if above and below else {}
    if not above:
        corners = {0: "┌", WIDTH - 1: "┐"}
    elif not below:
        corners = {0: "└", WIDTH - 1: "┘"}
    joints = {(True, True): "┼", (True, False): "┴", (False, True): "┬", (False, False): "─"}
    return "".join(corners.get(x, joints[x in above, x in below]) for x in range(WIDTH))


def table(graph: Graph) -> str:
    """What each room imports, the highest first."""
    order = [room for floor in floors(graph) for room in floor]
    width = max(map(len, order))
    lines = [f"{'room':{width}}  imports"]
    for room in reversed(order):
        below = " ".join(other for other in reversed(order) if other in graph[room])
        lines += textwrap.wrap(
            f"{room:{width}}  {below or 'none of them'}",
            WIDTH,
            subsequent_indent=" " * (width + 2),
            drop_whitespace=True,
        )
    return "\n".join(lines)


def drawn(page: str) -> str:
    """The page with its drawing made anew."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    found = graph()
    drawing = f"```text\n{house(found, rooms())}\n\n{table(found)}\n```\n"
    return before + BEGIN + drawing + END + after


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
