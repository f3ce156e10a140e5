"""The points that a study lists, column by column: a table of them may have half a million rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema

from sim.common.fields import Text
from sim.common.yaml_nodes import Mark, Node, NodeTable

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

    from sim.common.yaml_nodes import Source


class PointTable(Sequence[Mapping[str, str]]):
    """Points, each of which gives a value for some of the factors.

    Args:
        columns: texts of the values by the factor's name, each of the same length; None where a point does not name it.
        count: how many points.
    """

    def __init__(self, columns: Mapping[str, Sequence[str | None]], count: int) -> None:
        self.columns, self._count = columns, count

    @classmethod
    def of(cls, points: Sequence[Mapping[str, str]]) -> PointTable:
        """The table of points that are listed one by one."""
        names = dict.fromkeys(name for point in points for name in point)
        return cls({name: [point.get(name) for point in points] for name in names}, len(points))

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        found = {name: column[at] for name, column in self.columns.items()}
        return {name: value for name, value in found.items() if value is not None}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Takes a table as it is, and a list of points if their values are texts."""
        listed = handler.generate_schema(tuple[dict[str, Text], ...])

        def made(value: Any, validate: core_schema.ValidatorFunctionWrapHandler) -> PointTable:
            return value if isinstance(value, PointTable) else cls.of(validate(value))

        said = core_schema.plain_serializer_function_ser_schema(list)
        return core_schema.no_info_wrap_validator_function(made, listed, serialization=said)


class PointNodes(NodeTable):
    """Where the points of a file stand, made one by one when a fault asks for it.

    Args:
        source: the file.
        table: its points.
        lines: the line that each begins on.
        top: the line of the header, which names the factors.
    """

    def __init__(self, source: Source, table: PointTable, lines: Sequence[int], top: int) -> None:
        self.source, self.table, self.lines, self.top = source, table, lines, top

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        mark, key = Mark(self.source, self.lines[at], 1), Mark(self.source, self.top, 1)
        return Node({name: Node(text, mark, key) for name, text in self.table[at].items()}, mark, mark)

    def plain(self) -> PointTable:
        """The points themselves."""
        return self.table
