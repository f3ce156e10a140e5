"""Lets `python -m sim` do what `sim` does."""

from sim.ui.cli import main

if __name__ == "__main__":
    main()
