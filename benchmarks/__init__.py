"""How fast the model is, against the same month written as Mesa objects and in C, and how well two runs pair."""
