"""Run the tests of one module where there is no pytest: `-m tests.policy.runner NAME`."""

import sys


def main(name: str) -> int:
    """Call every test_ function; print each, a traceback for what fails; how many failed."""
    path = "tests.policy." + name
    __import__(path)
    module = sys.modules[path]
    failed = 0
    for test in sorted(dir(module)):
        if test.startswith("test_"):
            try:
                getattr(module, test)()
                print("ok", test)
            except Exception as error:
                failed += 1
                print("FAILED", test)
                sys.print_exception(error)  # type: ignore[attr-defined]
    return failed


if __name__ == "__main__" and main(sys.argv[1]):
    sys.exit(1)
