"""Customers are counted by where two runs have them, and no few of them are told of."""

from pathlib import Path

import numpy as np
import pandas as pd

from segmentation.artifacts.segments import NO_SEGMENT
from segmentation.commands.moved import ABSENT, counted
from segmentation.dashboard import tables


def test_who_moved_is_counted_by_id(tmp_path: Path) -> None:
    ids = [f"c{i}" for i in range(300)]
    before = pd.DataFrame({"id": ids[:280], "segment": np.repeat([1, 2], [100, 180])})
    after = pd.DataFrame({"who": ids, "segment": np.repeat([2, 1, -1, 3], [60, 140, 85, 15])})
    before.to_parquet(tmp_path / "a")
    after.sample(frac=1, random_state=0).to_parquet(tmp_path / "b")
    found = counted(tmp_path / "a", tmp_path / "b", {1: "One", 2: "Two"}, {1: "Uno", 2: "Due"})
    assert found.before == ("1 One", "2 Two", ABSENT)
    assert found.after == ("1 Uno", "2 Due", "3", NO_SEGMENT)
    assert found.counts.tolist() == [[40, 60, 0, 0], [100, 0, 0, 80], [0, 0, 15, 5]]
    assert not found.told[2, 3]
    shown = tables.moved(found)
    assert shown.names[1:] == found.after
    assert [row[0] for row in shown.rows] == list(found.before)
    for row, counts, told in zip(shown.rows, found.counts, found.told, strict=True):
        expected = [str(n) if ok else tables.LEFT_OUT for n, ok in zip(counts, told, strict=True)]
        assert list(row[1:]) == expected
