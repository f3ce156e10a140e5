"""Revisions of the Harmonised System, and how the files name them.

UN Comtrade and BACI give the same trade by each revision, converted from the one that the office used. Codes of two
revisions differ, so that lines of both would be added up under one heading: only one of them may count.
"""

import re

# Code of UN Comtrade -> name, as in the names of BACI's files; oldest first.
BY_CODE = {"H0": "HS92", "H1": "HS96", "H2": "HS02", "H3": "HS07", "H4": "HS12", "H5": "HS17", "H6": "HS22"}
NAMES = tuple(BY_CODE.values())
_IN_NAME = re.compile(rf"(?<![A-Z0-9])({'|'.join(NAMES)})(?![0-9])", re.IGNORECASE)


def of_code(code: str) -> str:
    """Return the revision that UN Comtrade calls so; nothing for `HS`, which names none; a newer code as it is."""
    return "" if code == "HS" else BY_CODE.get(code, code)


def of_file(name: str) -> str:
    """Return the revision in the name of a file of BACI, such as `BACI_HS17_Y2021_V202301.csv`, or nothing."""
    found = _IN_NAME.search(name)
    return found.group(1).upper() if found else ""


def age(revision: str) -> int:
    """Return a number that is larger the newer a revision is; one that is not named counts as the oldest."""
    return NAMES.index(revision) if revision in NAMES else len(NAMES) if revision else -1
