"""What a study's runs say: pure functions on a table of runs, or on cases that they run in pairs.

A table of runs has a row per run, a column per lever and uncertainty, a column per metric (see :mod:`sim.metrics`), and
columns that say which runs share their random draws: ``draw`` of the posterior, ``replicate`` (see :mod:`.summaries`).

* :mod:`.summaries`: means, intervals, paired changes; :mod:`.decomposition`: where lost trade went, in more parts than
  :meth:`sim.Comparison.decomposition` has;
* :mod:`.attribution`: which clause did it; :mod:`.explain`: the same for one flow, and who responded;
* :mod:`.sensitivity`: which input moves it;
* :mod:`.discovery`: where an outcome is met, in sentences; :mod:`.pareto`: policies against each other;
* :mod:`.evasion`: what still arrives, and the evader's best reply.

Nothing is imported here: the libraries behind some of them take seconds to load.
"""
