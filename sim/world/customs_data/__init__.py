"""Another user's figures: customs files as their offices publish them, turned into tables of facts.

One reader per format (`comtrade`, `baci`, `comext`) yields the same record; `store` keeps each figure once, `levels`
sees that a heading and its lines are not both counted, `tables` writes what `sim world build` takes, and `account`
says what became of every row that was read.
"""

from sim.world.customs_data.import_files import Imported, import_files

__all__ = ["Imported", "import_files"]
