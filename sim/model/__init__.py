"""The model of a month: its arrays, its phases, the compiled loops under them, and the agents one looks at."""
