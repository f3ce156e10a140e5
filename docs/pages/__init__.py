"""The pages and tables that are written from declarations and from the shipped posterior: one module each.

`python -m docs.pages` (`make reference`) writes them all; a test fails where one is out of date.
"""
