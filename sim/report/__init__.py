"""Everything told to a person, and nothing else: tables, text, pages of notebooks, figures."""
