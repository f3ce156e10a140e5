"""Published figures as targets of a fit, and the priors."""
