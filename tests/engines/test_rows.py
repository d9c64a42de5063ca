"""What comes here of a table, with a type."""

from decimal import Decimal

import pyarrow as pa
import pytest

from segmentation.engines.numbers import Some
from segmentation.engines.rows import rows, unpacked

COUNTS = pa.table({"count": [3, 4], "first": [1, 2]})


def test_rows_have_the_fields_that_columns_are_called() -> None:
    assert rows(COUNTS, Some) == [Some(3, 1), Some(4, 2)]
    assert rows(COUNTS.slice(2), Some) == []
    front, rest = unpacked(COUNTS.append_column("c0", [["a", "b"]]), Some)
    assert pa.table([front.count, front.first, *rest], names=["n", "i", "c"]).num_rows == 2


def test_whole_numbers_come_as_such_whatever_sums_are_to_a_database() -> None:
    (found,) = rows(pa.table({"n": pa.array([Decimal(7)], pa.decimal128(38, 0))}), int)
    assert (found, type(found)) == (7, int)


def test_other_columns_than_code_asks_for_are_told() -> None:
    other = COUNTS.rename_columns(["count", "line"])
    for ask in (rows, unpacked):
        with pytest.raises(TypeError, match="columns count, line, but Some has the fields count,"):
            ask(other, Some)
    with pytest.raises(ValueError, match="too many"):
        rows(COUNTS, int)
