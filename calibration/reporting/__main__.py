"""``python -m calibration.reporting``: writes the report anew from the files that are there; runs nothing."""

from __future__ import annotations

import sys

import sim
from calibration.inference.options import common, complain, settle
from calibration.reporting import read_inputs, write_report
from calibration.targets.priors import load_priors
from calibration.targets.targets import codes_of, load_targets


def main(arguments: list[str] | None = None) -> int:
    """Writes ``report.md`` and ``report.html``; 1 if there is no posterior."""
    chosen = common("python -m calibration.reporting", __doc__).parse_args(arguments)
    try:
        settle(chosen)
        case = sim.load(chosen.scenario, posterior="none")
        targets = load_targets(chosen.targets, codes_of(case.world))
        priors = load_priors(case=case) if chosen.priors is None else load_priors(chosen.priors, case)
        written = write_report(read_inputs(chosen.posterior, chosen.results, targets, priors), force=chosen.force)
    except sim.SimError as error:
        return complain(error)
    sys.stdout.write("".join(f"{path}\n" for path in written))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
