"""Where the shipped world and the facts it is built from lie."""

from sim.common.package_data import shipped

FIGURES = shipped("calibration/figures")
REFERENCE = shipped("scenarios/worlds/reference")
