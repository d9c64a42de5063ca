"""A team's own table, in columns that the sample does not have, and the pipeline run on it once."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import Project, copy_repository, made_once

TABLE = "data/raw/own.csv"
ROWS = 300
DATA = """\
data:
  path: data/raw/own.csv
  id: customer
  value: [Food, Toys]
  describe: [Food, Toys, response, "2019"]
  numeric:
    visits: {min: 0}
    age: {min: 16, max: 110}
    basket:
    Food: {min: 0, unit: €}
    Toys: {min: 0, unit: €}
    response:
  categorical:
    "2019": {aliases: {no: No, "1": Yes}}

"""


def customers() -> pd.DataFrame:
    """Two groups in three columns; `response` splits everyone in two across them, far apart."""
    rng = np.random.default_rng(5)
    group = np.repeat([0, 1], [180, ROWS - 180])
    response = np.tile([0.0, 1.0], ROWS // 2)
    # The second group buys for more in total, though the first buys for more food.
    return pd.DataFrame(
        {
            "customer": [f"c{i:03d}" for i in range(ROWS)],
            "visits": rng.normal(40 + 40 * group, 5).round(1),
            "age": rng.normal(30 + 30 * group, 4).round(1),
            "basket": rng.normal(50 + 40 * group, 5).round(1),
            "Food": rng.normal(60 - 20 * group, 5).round(2),
            "Toys": rng.normal(10 + 50 * group, 3).round(2),
            "response": response,
            "2019": np.where(response == 1, "1", "no"),
        }
    )


def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """A committed clone with the table, which nobody gave to DVC, and what `dvc repro` said."""

    def make(path: Path) -> None:
        project = copy_repository(path)
        text = (path / "params.yaml").read_text("utf-8")
        start, end = text.index("data:  "), text.index("prepare:\n")
        (path / "params.yaml").write_text(text[:start] + DATA + text[end:], "utf-8")
        customers().to_csv(path / TABLE, index=False)
        project.judge_less()
        (path / ".git/said").write_text(project.dvc("repro").stderr, "utf-8")
        project.git("add", "-A")
        project.git("commit", "-q", "-m", "Our customers")

    project = made_once("own", make, tmp_path_factory)
    return project, (project.path / ".git/said").read_text("utf-8")
