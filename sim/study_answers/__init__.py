"""The answers of the studies that ship, as one page."""

from sim.study_answers.page import Answered, answer_all

__all__ = ["Answered", "answer_all"]
