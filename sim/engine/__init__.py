"""Columns of agents and the compiled loops that apply the rules to all of them."""
