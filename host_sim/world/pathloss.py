"""Path loss over distance, for the nodes of a home: the log-distance model as a table of ints.

PL(d) = PL(1 m) + 10 n log10(d / 1 m); 40 dB at 1 m is free space at 2.4 GHz, and n between 2 in
the open and 4 or more through walls and floors (Rappaport, Wireless Communications, table 4.2).
"""

from math import log10

AT_1_M_DB = 40.0
OCTAVES = 48  # of the square of a distance in cm: beyond a hundred kilometres


def table_qdb(exponent: float) -> list[int]:
    """Loss in quarter-dB by the square of the distance in cm: octaves, each in sixteenths.

    Nearer than 1 cm there is the loss at 4 cm, of which the model says nothing either.
    """
    out = []
    for octave in range(OCTAVES):
        for part in range(16):
            square_cm = (16 + part) * 2**octave
            db = AT_1_M_DB + 5 * exponent * log10(square_cm / 10_000)
            out.append(round(4 * db))
    return out


def loss_db(exponent: float, distance_m: float) -> float:
    """The same without the table."""
    return AT_1_M_DB + 10 * exponent * log10(max(distance_m, 0.04))
