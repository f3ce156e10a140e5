"""The same question to three models: this one, structural gravity, and a published network model. ``make compared``.

* :mod:`~calibration.comparison.full_stop`: the coalition stops all direct sales; what arrives, from whom, who loses.
* :mod:`~calibration.comparison.historical_law`: the law as it was in 2022 and 2023, beside what customs offices
  published.
* :mod:`~calibration.comparison.network_model`: the PyPI package ``sanction-simulator``, where it is installed.
"""
