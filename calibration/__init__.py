"""Calibration: figures, and how the model compares with them. Uses only what ``import sim`` exports."""
