"""What a study's runs say: pure functions on a table of runs, or on cases that they run in pairs.

A table of runs has a row per run, a column per lever and uncertainty, a column per metric (see :mod:`sim.metrics`), and
columns that say which runs share their random draws: ``draw`` of the posterior and ``replicate`` (see :mod:`.tables`).

* :mod:`.tables`: means, intervals, paired changes; :mod:`.decomposition`: where lost trade went;
* :mod:`.attribution`: which clause did it; :mod:`.sensitivity`: which input moves it;
* :mod:`.discovery`: where an outcome is met, in sentences; :mod:`.pareto`: policies against each other;
* :mod:`.leaks`: what still arrives, and the evader's best reply.

Nothing is imported here: the libraries behind some of them take seconds to load.
"""
