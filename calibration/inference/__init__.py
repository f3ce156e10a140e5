"""From figures to a posterior: runs, emulator, likelihood, sampler."""
