"""What an engine does. Rules are written once, as narwhals expressions, and run on any."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

import narwhals as nw
import pyarrow as pa

from segmentation.engines.source import Source

T = TypeVar("T")

Frame = nw.LazyFrame[Any]
"""A table that is somewhere else: what is asked of it is worked out there."""


class Engine(Protocol):
    """Reads, keeps and hands on tables of any size, in bounded memory.

    Rows have a ``line``, which says where they belong: no engine promises any other order.

    Attributes
    ----------
    source : Source
        The file. What its lines and columns are is known once something was made of `read`.
    """

    source: Source

    def read(self) -> Frame:
        """Return the customers as text (`blocks.schema`)."""

    def texts(self, rows: Frame) -> Frame:
        """Return those rows of the customers, as text, whose lines are in `rows`."""

    def group(self, number: int) -> str:
        """Say how the text that replaces a pattern names a group of it."""

    def numbers(self, frame: Frame, cells: Mapping[str, str]) -> Frame:
        """Add columns of numbers, each read from one of text: null where that is no plain number.

        Plain are ``-1.5``, ``+.5`` and ``1e3``; narwhals has no cast that may fail.
        """

    def keep(self, frame: Frame, name: str) -> Frame:
        """Work out a table and keep it, so that nothing is worked out twice."""

    def drop(self, name: str) -> None:
        """Forget a table that was kept."""

    def mapped(
        self,
        frame: Frame,
        work: Callable[[pa.RecordBatch], pa.RecordBatch],
        schema: pa.Schema,
        name: str,
    ) -> Frame:
        """Keep what `work` makes of a table, some of its rows at a time, in any order.

        It may be done elsewhere, so it holds nothing but what can be sent there.
        """

    def here(self, frame: Frame) -> pa.Table:
        """Bring a table of a few rows here."""

    def rows(self, frame: Frame, kind: type[T]) -> list[T]:
        """Bring a table of a few rows here, each of them as `kind`, as `rows.rows` does."""

    def in_order(self, frame: Frame, by: str = "line") -> Iterator[pa.Table]:
        """Bring a table here, some of its rows at a time, in the order of their lines.

        Parameters
        ----------
        frame : Frame
        by : str
            The column that holds the line.
        """
