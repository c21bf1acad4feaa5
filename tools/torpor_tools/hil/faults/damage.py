"""What can be wrong with a file: the kinds, and the program that has one wrong at a start."""

from random import Random

from torpor_tools.provision.filesystem import BLOCK

REMOVED, EMPTY, CUT, CUT_AT_BLOCK, FLIPPED = (
    "file removed",
    "file empty",
    "file cut",
    "file cut at a block",
    "file byte flipped",
)
OF_ANY = (REMOVED, EMPTY, CUT, FLIPPED)
DAMAGES = (*OF_ANY, CUT_AT_BLOCK)

_PUT_ASIDE = """
import machine, os
os.rename("{path}", "/kept")
"""
_DAMAGED = """
with open("/kept", "rb") as one, open("{path}", "wb") as other:
    data = bytearray(one.read({left}))
    {flip}
    other.write(data)
"""


def program(kind: str, path: str, size: int, at: int) -> str:
    """The program that damages a file of so many bytes; it lies whole in /kept."""
    aside = _PUT_ASIDE.format(path=path)
    if kind == REMOVED:
        return aside
    dice, left, flip = Random(at), size, "pass"
    if kind == EMPTY:
        left = 0
    elif kind == CUT:
        left = dice.randrange(size)
    elif kind == CUT_AT_BLOCK:
        left = dice.choice(edges(size))
    else:
        flip = f"data[{dice.randrange(size)}] ^= {1 << dice.randrange(8)}"
    return aside + _DAMAGED.format(path=path, left=left, flip=flip)


def edges(size: int) -> list[int]:
    """Where one block of a file ends and the next begins.

    Each but the first begins with pointers to some before it, one more for each time that 2 divides
    its number (littlefs 2.11, DESIGN.md, "CTZ skip-lists").
    """
    out, end, number = [], BLOCK, 1
    while end < size:
        out.append(end)
        end += BLOCK - 4 * ((number & -number).bit_length())
        number += 1
    return out
