"""Where `sim` and `python -m sim` begin: Ctrl-C ends it without a traceback even while its parts are loaded."""

import signal
import sys
from importlib import import_module


def main() -> None:
    """Runs the command line, see `sim.ui.cli`; exit status 130 where Ctrl-C ends it, whatever it is doing then."""
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, stop)
    try:
        import_module("sim.ui.cli").main()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:
        # A library that is being loaded may turn the interrupt into an error of its own, as numba does.
        if not stopped:
            raise
        sys.exit(130)


if __name__ == "__main__":
    main()
