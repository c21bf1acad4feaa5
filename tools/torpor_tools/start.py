"""The program `torpor`: until the command line is imported, Ctrl-C is one line, too."""

import os
import signal


def main() -> None:
    """Import the command line and run it."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _interrupted)
    from torpor_tools import cli

    cli.main()


def _interrupted(number: int, frame: object) -> None:
    """No module is to see an exception in the midst of its import."""
    os.write(2, b"torpor: interrupted\n")
    os._exit(128 + number)


if __name__ == "__main__":
    main()
