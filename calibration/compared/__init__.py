"""The same question to three models: this one, structural gravity, and a published network model. ``make compared``.

* :mod:`~calibration.compared.full_stop`: the coalition stops all direct sales; what arrives, from whom, who loses.
* :mod:`~calibration.compared.law`: the law as it was in 2022 and 2023, beside what customs offices published.
* :mod:`~calibration.compared.network`: the PyPI package ``sanction-simulator``, where it is installed.
"""
