"""The documentation: its pages, and in `docs.pages` what writes those that are made from the code."""
