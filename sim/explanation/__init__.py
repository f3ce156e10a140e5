"""Why a flow is what it is: the clauses and the actors that moved it, from paired runs, in tables that add up."""

from sim.explanation.explain import FAST, ORDERS, Explanation, explain

__all__ = ["FAST", "ORDERS", "Explanation", "explain"]
