"""From figures to a posterior: likelihood, emulator, Markov chain Monte Carlo, and the files of a fit."""
