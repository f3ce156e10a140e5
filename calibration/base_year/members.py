"""Which economies each state of the world stands for, and what is known of them (``state_members.csv``)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

# Economies that the table does not name belong to the rest of the world.
REST = "ROW"
TABLE = "state_members.csv"
UNNAMED = "X"
TRAITS = ("rule_of_law", "startup_days", "target_distance_km", "common_language")


@dataclass(frozen=True)
class Members:
    """The table, one row by economy."""

    table: pd.DataFrame

    @property
    def states(self) -> tuple[str, ...]:
        """States in the order of the table."""
        return tuple(dict.fromkeys(self.table["state"]))

    def of(self, state: str) -> tuple[str, ...]:
        """Economies that a state stands for; of the rest of the world only those that the table names."""
        return tuple(self.table.loc[self.table["state"] == state, "member"])

    def state(self, economy: str) -> str:
        """The state of an economy, given by its ISO 3166 code."""
        found = self._by_code().get(economy)
        return REST if found is None else found

    def code(self, text: str) -> str:
        """The ISO 3166 code of an economy as the raw files write it: a code, `X:` and a name, or `X` and a number."""
        return self._written().get(text, text)

    def _by_code(self) -> dict[str, str]:
        return dict(zip(self.table["member"], self.table["state"], strict=True))

    def _written(self) -> dict[str, str]:
        named = {
            f"{UNNAMED}:{name}": code
            for code, name in zip(self.table["member"], self.table["comtrade_name"], strict=True)
        }
        numbered = {
            f"{UNNAMED}{number}": code
            for code, number in zip(self.table["member"], self.table["comtrade_number"], strict=True)
        }
        return named | numbered


def read_members(folder: Path) -> Members:
    """Reads the table from the folder of figures."""
    return Members(
        pd.read_csv(folder / TABLE, dtype={"comtrade_number": str}, keep_default_na=True).fillna(
            {"comtrade_name": "", "comtrade_number": ""}
        )
    )
