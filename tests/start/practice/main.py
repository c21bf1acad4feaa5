"""Start the garden's node; what it fails of is told in a file, and is tried again."""

# mypy: ignore-errors

import machine

try:
    import garden

    garden.wake()
except Exception as error:
    import sys

    with open("error.txt", "w") as file:
        sys.print_exception(error, file)
    machine.deepsleep(300000)
