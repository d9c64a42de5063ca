"""One row a customer, against the same reckoned line by line in Python."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from segmentation.artifacts.privacy import up_to
from segmentation.engines.tables.baseline import places
from segmentation.purchases import customers, lines, rfm
from segmentation.settings.purchases import Purchases
from segmentation.stages.customers import taken_together

AS_OF = date(2024, 6, 30)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def made(seed: int, *, until: date = AS_OF) -> pd.DataFrame:
    rng = random.Random(seed)  # noqa: S311
    rows = []
    for invoice in range(400):
        who, day = f"c{rng.randrange(40)}", until - timedelta(days=rng.randrange(300))
        for _ in range(rng.randrange(1, 4)):
            product = rng.randrange(12)
            rows.append((f"i{invoice}", who, day, f"p{product}", f"k{product % 3}",
                         rng.randrange(1, 4), rng.randrange(1, 900) / 100))  # fmt: skip
            if rng.random() < 0.1:
                rows.append((f"C{invoice}", who, day, *rows[-1][3:5], -1, rows[-1][6]))
    names = ["invoice", "who", "day", "product", "kind", "quantity", "price"]
    return pd.DataFrame(rows, columns=names)


def result(
    con: duckdb.DuckDBPyConnection, table: pd.DataFrame, folder: Path, **other: Any
) -> pd.DataFrame:
    path = folder / "lines.csv"
    table.to_csv(path, index=False)
    settings = Purchases(
        path=path, customer="who", date="day", quantity="quantity", price="price",
        invoice="invoice", product="product", category="kind", duplicates="keep", **other,
    )  # fmt: skip
    done = lines.read(con, settings)
    customers.make(con, done.as_of)
    rfm.score(con)
    return con.execute("from scored order by customer").df().set_index("customer")


def test_a_customers_row_is_what_the_lines_say(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    table = made(1)
    found = result(con, table, tmp_path, as_of=AS_OF)
    assert len(found) == table["who"].nunique()
    for who, mine in table.groupby("who"):
        row, sold = found.loc[str(who)], mine[mine["quantity"] > 0]
        paid = (sold["quantity"] * sold["price"]).sum()
        back = -(mine["quantity"] * mine["price"])[mine["quantity"] < 0].sum()
        days = np.array(sorted({(AS_OF - day).days for day in sold["day"]}))
        gaps = np.diff(days)
        assert row["recency_days"] == days.min()
        assert row["tenure_days"] == days.max()
        assert row["purchases"] == sold["invoice"].nunique()
        assert row["spend"] == pytest.approx(paid - back)
        assert row["basket"] == pytest.approx(paid / sold["invoice"].nunique(), abs=1e-5)
        assert row["days_between"] == pytest.approx(gaps.mean(), abs=1e-5)
        assert row["irregularity"] == pytest.approx(gaps.std(ddof=1) / gaps.mean(), abs=1e-5)
        assert row["products"] == sold["product"].nunique()
        by_kind = (sold["quantity"] * sold["price"]).groupby(sold["kind"]).sum()
        assert row["categories"] == len(by_kind)
        assert row["favourite_category"] == by_kind.idxmax()
        assert row["favourite_share"] == pytest.approx(by_kind.max() / paid, abs=1e-5)
        assert row["returned_share"] == pytest.approx(back / paid, abs=1e-5)
        later = [(AS_OF - day).days * 2 < days.max() for day in sold["day"]]
        late = (sold["quantity"] * sold["price"])[later].sum()
        assert row["trend"] == pytest.approx((2 * late - paid) / paid, abs=1e-5)


def test_nothing_later_leaks(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Purchases after the day may move, change or vanish: the customers are the same."""
    table, cut = made(2), AS_OF - timedelta(days=60)
    later = table["day"] > cut
    before = result(con, table[~later], tmp_path, as_of=cut)
    moved = table.copy()
    moved.loc[later, "price"] *= 50
    moved.loc[later, "who"] = moved.loc[later, "who"].sample(frac=1, random_state=1).to_numpy()
    moved.loc[later, "product"] = "p1"
    for each in (table, moved):
        with duckdb.connect() as other:
            after = result(other, each, tmp_path, as_of=cut)
        pd.testing.assert_frame_equal(before, after)


def test_the_row_of_an_earlier_day_is_made_from_the_same_lines(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    table, cut = made(3), AS_OF - timedelta(days=60)
    result(con, table, tmp_path, as_of=AS_OF)
    customers.make(con, cut)
    rfm.score(con)
    replayed = con.execute("from scored order by customer").df().set_index("customer")
    with duckdb.connect() as other:
        pd.testing.assert_frame_equal(replayed, result(other, table, tmp_path, as_of=cut))


def test_the_order_of_the_lines_changes_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    table = made(4)
    first = result(con, table, tmp_path)
    with duckdb.connect() as other:
        shuffled = table.sample(frac=1, random_state=3)
        pd.testing.assert_frame_equal(first, result(other, shuffled, tmp_path))


def test_whoever_bought_once_has_no_days_between(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    table = made(5).head(3).assign(who=["x", "y", "y"], quantity=1)
    found = result(con, table, tmp_path)
    assert found.loc["x", list(customers.UNKNOWN[:3])].isna().all()


def test_equal_customers_have_equal_scores(con: duckdb.DuckDBPyConnection) -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "customer": np.arange(500).astype(str),
            "recency_days": rng.integers(0, 30, 500),
            "purchases": np.where(rng.random(500) < 0.6, 1, rng.integers(1, 9, 500)),
            "spend": rng.integers(1, 2000, 500) / 4,
        }
    )
    con.register("given", table)
    con.execute("create table customer as from given")
    rfm.score(con)
    scored = con.execute("from scored").df()
    for measure, name in rfm.MEASURES.items():
        pairs = scored[[measure, name]].drop_duplicates()
        assert len(pairs) == len(scored[measure].unique())
        order = scored.sort_values(measure, ascending=measure != "recency_days")
        assert order[name].is_monotonic_increasing
        assert set(scored[name]) <= {1, 2, 3, 4, 5}
    assert scored["spend_score"].value_counts().between(90, 110).all()
    assert set(scored["rfm_group"]) <= set(rfm.GROUPS)
    best = scored[(scored["recency_score"] == 5) & (scored["frequency_score"] == 5)]
    assert set(best["rfm_group"]) == {"Champions"}

    cuts = rfm.cuts(con, fewest=10)
    for measure, sign in (("spend", 1), ("purchases", 1), ("recency_days", -1)):
        known, points = sign * scored[measure], scored[rfm.MEASURES[measure]]
        for score, cut in enumerate(cuts[measure], start=2):
            assert (cut is None) == (score not in set(points) - {points.min()})
            if cut is not None:  # by a few customers only is it told as a place beside it
                start = known[points == score].min()
                low, high = sorted((sign * cut, start))
                assert ((known >= low) & (known < high)).sum() < 10
                assert measure != "purchases" or cut == start
        # Whoever knows how many are not above two places knows how many are between.
        values = scored[measure].to_numpy(np.float64)
        told = places(values)
        starts = np.array([cut for cut in cuts[measure] if cut is not None])
        starts = np.where(np.isin(starts, told) | (sign < 0), starts, np.nextafter(starts, -1))
        assert not set(np.diff(up_to(np.union1d(told, starts), values))) & set(range(1, 10))
    assert rfm.cuts(con, fewest=300)["spend"] == [None] * 4
    assert sum(rfm.sizes(con).values()) == 500


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"Loyal": 584, "At risk": 77}, {"Loyal": 584, "At risk": 77}),
        ({"Loyal": 584, "At risk": 77, "Promising": 7}, {"Loyal": 584, "(other)": 84}),
        ({"Loyal": 584, "At risk": 6, "Promising": 7}, {"Loyal": 584, "(other)": 13}),
    ],
)
def test_names_of_few_are_taken_together(sizes: dict[str, int], shown: dict[str, int]) -> None:
    assert taken_together(sizes) == shown
