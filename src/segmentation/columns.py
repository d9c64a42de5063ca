"""What tables of customers have in common that lie in memory or on a disk."""

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


class Columns(Protocol):
    """As much of a data frame as statistics need: a column at a time, or a few rows.

    A `pandas.DataFrame` is one. Another may read from a file what it is asked for.
    """

    @property
    def columns(self) -> Any:
        """The names of the columns."""

    def __len__(self) -> int:
        """How many rows there are."""

    def __getitem__(self, name: str, /) -> "pd.Series":
        """Return a column."""

    def take(self, rows: "NDArray[np.intp]", /) -> "pd.DataFrame":
        """Return some rows by their numbers."""
