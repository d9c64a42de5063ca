"""Make synthetic customers: planted segments, or none at all, with the dirt of a real export."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmentation.errors import SettingsError

COLUMNS = (
    "id",
    "age",
    "gender",
    "income",
    "spending_score",
    "membership_years",
    "purchase_frequency",
    "preferred_category",
    "last_purchase_amount",
)
CATEGORIES = ("Clothing", "Electronics", "Groceries", "Home & Garden", "Sports")

# What is possible for each number, and how many decimals an export shows.
_LIMITS = {
    "age": (18, 92, 0),
    "income": (9_000, 260_000, 0),
    "spending_score": (1, 100, 0),
    "membership_years": (0, 30, 1),
    "purchase_frequency": (1, 120, 0),
    "last_purchase_amount": (2, 2_000, 2),
}


@dataclass(frozen=True)
class Planted:
    """One population: how many, what they prefer, and mean and standard deviation of each number.

    ``last_purchase_amount`` is log-normal: its pair is the median and the spread of its logarithm.
    """

    name: str
    share: float
    prefers: str | None
    preference: float
    female: float
    numbers: dict[str, tuple[float, float]]


SEGMENTS = (
    Planted(
        "premium",
        0.18,
        None,
        0.0,
        0.52,
        {
            "age": (46, 12),
            "income": (118_000, 23_000),
            "spending_score": (77, 12),
            "membership_years": (6.5, 3.2),
            "purchase_frequency": (44, 11),
            "last_purchase_amount": (280, 0.45),
        },
    ),
    Planted(
        "young electronics",
        0.30,
        "Electronics",
        0.72,
        0.42,
        {
            "age": (28, 6.5),
            "income": (49_000, 15_000),
            "spending_score": (56, 13),
            "membership_years": (2.5, 1.6),
            "purchase_frequency": (16, 6.5),
            "last_purchase_amount": (150, 0.45),
        },
    ),
    Planted(
        "home and garden",
        0.24,
        "Home & Garden",
        0.74,
        0.58,
        {
            "age": (44, 11),
            "income": (68_000, 16_000),
            "spending_score": (42, 13),
            "membership_years": (5.5, 2.8),
            "purchase_frequency": (58, 10),
            "last_purchase_amount": (70, 0.45),
        },
    ),
    Planted(
        "older grocery",
        0.28,
        "Groceries",
        0.74,
        0.55,
        {
            "age": (65, 9.5),
            "income": (42_000, 13_500),
            "spending_score": (26, 12),
            "membership_years": (10.5, 3.7),
            "purchase_frequency": (25, 9.5),
            "last_purchase_amount": (48, 0.45),
        },
    ),
)

# The same columns from one population: every number has one mode and knows nothing of the others.
ONE_POPULATION = (
    Planted(
        "everyone",
        1.0,
        None,
        0.0,
        0.5,
        {
            "age": (45, 13),
            "income": (66_000, 22_000),
            "spending_score": (50, 18),
            "membership_years": (6.0, 3.0),
            "purchase_frequency": (34, 12),
            "last_purchase_amount": (110, 0.5),
        },
    ),
)

STRUCTURES = {"segments": SEGMENTS, "none": ONE_POPULATION}


def make_customers(
    *, rows: int, seed: int, structure: str = "segments", dirty: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make customers as an export would hold them.

    Parameters
    ----------
    rows : int
        Number of customers. A dirty export has a few rows more: its duplicates.
    seed : int
        The same seed gives the same customers.
    structure : {"segments", "none"}
        Four planted segments, or one population without any.
    dirty : bool
        Add missing cells, duplicates, spelling variants, impossible values and the like.

    Returns
    -------
    customers : DataFrame of str
        The columns `COLUMNS`, every cell as text.
    planted : DataFrame
        ``id`` and ``segment``, the population each customer was drawn from.
    """
    if structure not in STRUCTURES:
        raise SettingsError(f"structure is '{structure}'; allowed: {', '.join(STRUCTURES)}")
    if rows < len(SEGMENTS):
        raise SettingsError(f"rows is {rows}; at least {len(SEGMENTS)} are needed")
    rng = np.random.default_rng(seed)
    populations = STRUCTURES[structure]
    shares = np.array([p.share for p in populations])
    member = rng.permutation(np.repeat(np.arange(len(populations)), _split(rows, shares)))

    numbers = {name: np.empty(rows) for name in _LIMITS}
    category = np.empty(rows, dtype=object)
    female = np.empty(rows, dtype=bool)
    for i, population in enumerate(populations):
        who = np.flatnonzero(member == i)
        for name, (center, spread) in population.numbers.items():
            draw = rng.normal(size=len(who))
            if name == "last_purchase_amount":
                numbers[name][who] = center * np.exp(spread * draw)
            else:
                numbers[name][who] = center + spread * draw
        category[who] = rng.choice(CATEGORIES, len(who))
        if population.prefers:
            category[who[rng.random(len(who)) < population.preference]] = population.prefers
        female[who] = rng.random(len(who)) < population.female

    ids = [str(10_001 + i) for i in range(rows)]
    text = {name: _as_text(values, *_LIMITS[name]) for name, values in numbers.items()}
    text |= {
        "id": np.array(ids, dtype=object),
        "gender": np.where(female, "Female", "Male").astype(object),
        "preferred_category": category,
    }
    cells = {name: text[name] for name in COLUMNS}
    customers = _soiled(cells, rng) if dirty else pd.DataFrame(cells, dtype="str")
    planted = pd.DataFrame({"id": ids, "segment": [populations[i].name for i in member]})
    return customers, planted


def _split(rows: int, shares: np.ndarray) -> np.ndarray:
    """Whole customers for each share, largest remainders first."""
    exact = rows * shares
    counts: np.ndarray = np.floor(exact).astype(int)
    counts[np.argsort(counts - exact, kind="stable")[: rows - counts.sum()]] += 1
    return counts


def _as_text(values: np.ndarray, low: float, high: float, decimals: int) -> np.ndarray:
    # Folding back at the limits keeps one mode; clipping would pile customers up there.
    folded = np.where(values < low, 2 * low - values, values)
    folded = np.clip(np.where(folded > high, 2 * high - folded, folded), low, high)
    return np.array([f"{value:.{decimals}f}" for value in folded.tolist()], dtype=object)


def _soiled(cells: dict[str, np.ndarray], rng: np.random.Generator) -> pd.DataFrame:
    """Add the faults of a real export, each to a share of the rows that grows with the table.

    Cells are changed in the arrays, which takes a thousandth of the time that a table takes.
    """
    rows = len(cells["id"])

    def pick(share: float) -> np.ndarray:
        return rng.choice(rows, size=max(1, round(share * rows)), replace=False)

    def edit(name: str, share: float, changes: list[str]) -> None:
        column = cells[name]
        for i, row in enumerate(pick(share)):
            column[row] = changes[i % len(changes)].format(column[row])

    def respell(name: str, share: float, variants: dict[str, list[str]]) -> None:
        column = cells[name]
        for i, row in enumerate(pick(share)):
            known = variants.get(column[row])
            if known:
                column[row] = known[i % len(known)]

    for name in ("age", "income", "spending_score", "last_purchase_amount"):
        edit(name, 0.012, ["", "n/a", ""])
    edit("membership_years", 0.006, [""])
    edit("preferred_category", 0.012, [""])
    edit("gender", 0.008, ["", "unknown"])

    income = cells["income"]
    for row in pick(0.05):
        if income[row].isdigit():
            income[row] = f"{int(income[row]):,}"

    respell(
        "preferred_category",
        0.05,
        {
            "Electronics": ["electronics", "ELECTRONICS", "Electronic"],
            "Groceries": ["groceries", "Grocery", "GROCERIES"],
            "Home & Garden": ["Home and Garden", "home & garden", "Home  & Garden"],
            "Clothing": ["clothing", "CLOTHING"],
            "Sports": ["sports", "SPORTS"],
        },
    )
    edit("preferred_category", 0.03, [" {}", "{} ", "  {}"])
    edit("gender", 0.02, [" {}", "{} "])
    respell("gender", 0.02, {"Female": ["F", "f", "female"], "Male": ["M", "m", "male"]})

    edit("age", 0.004, ["0", "199", "-1", "7"])
    edit("last_purchase_amount", 0.003, ["-{}"])

    dirty = pd.DataFrame(cells, dtype="str")
    copies = dirty.loc[pick(0.012)]
    conflicting = dirty.loc[pick(0.006)].copy()
    conflicting["spending_score"] = [str(1 + (37 * i) % 100) for i in range(len(conflicting))]
    extra = pd.concat([copies, conflicting])
    # A duplicate turns up later in the file than the row it repeats.
    place = np.array([rng.integers(row + 1, rows + 1) for row in extra.index]) - 0.5
    order = np.argsort(np.concatenate([np.arange(rows), place]), kind="stable")
    return pd.concat([dirty, extra]).iloc[order].reset_index(drop=True)
