"""How good a posterior is: forecasts, intervals, what is left out, simulation-based calibration."""
