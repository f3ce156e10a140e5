"""The written report of a calibration, Markdown and HTML, from the files that the commands leave: see `report`."""

from calibration.reporting.inputs import Inputs, read_inputs
from calibration.reporting.report import report, write_report

__all__ = ["Inputs", "read_inputs", "report", "write_report"]
