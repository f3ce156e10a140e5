"""Why a flow is what it is: the clauses and the actors that moved it, from paired runs, in tables that add up."""

from sim.explanation.paired import FAST, ORDERS, Explanation, explain
from sim.explanation.responses import not_quite_frozen
from sim.explanation.words import amount, in_words

__all__ = ["FAST", "ORDERS", "Explanation", "amount", "explain", "in_words", "not_quite_frozen"]
