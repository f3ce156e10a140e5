"""A scenario with its world, ready to run, and what comes out: results, comparisons, posterior draws, intervals."""
