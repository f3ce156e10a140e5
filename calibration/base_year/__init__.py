"""Derives the shipped tables of the base year from the offices' raw files (``python -m calibration.base_year``)."""
