"""The command that fits the model: calibrate."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import typer

from sim.common.errors import SimError
from sim.ui.cli.options import app

_CHECKOUT = Path(__file__).resolve().parents[3]


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
def calibrate(context: typer.Context) -> None:
    """Fits the free parameters to the customs figures and writes the posterior; takes the options of the calibration.

    Goes on where it was stopped. Needs a checkout: the installed package has the posterior, not what fits it.

    Examples:
      sim calibrate
      sim calibrate --processes 4 --posterior my-posterior
    """
    if not (_CHECKOUT / "calibration" / "__main__.py").is_file():
        raise SimError(
            "sim calibrate needs a checkout of the sources, where `make calibrate` does the same: "
            "this installation has the fitted posterior, not the code that fits it"
        )
    # The calibration sets the number of threads before anything is compiled, so it is imported here and by name.
    if import_module("calibration.__main__").main(context.args):
        raise typer.Exit(2)
