"""Categories that tell who somebody is: refused where nearly all do, else taken together."""

import pandas as pd

from segmentation.artifacts.privacy import FEWEST, OTHER
from segmentation.errors import InputError
from segmentation.settings.shared.data import Data

_CATEGORIES = 10  # so few different texts are categories, however few customers there are
_IDENTIFYING = 1 / 2  # texts a customer above which they are names, addresses or numbers of people


def check_categories(customers: pd.DataFrame, data: Data) -> None:
    """Raise `InputError` if a column's texts are nearly as many as its customers.

    Two hundred towns among a thousand customers pass, though most of them are rare: a town is
    something that people share. Six hundred texts among a thousand do not.
    """
    for name in data.categorical:
        levels, present = customers[name].nunique(), int(customers[name].notna().sum())
        if levels > max(_IDENTIFYING * present, _CATEGORIES):
            raise InputError(
                f"column '{name}' of {data.path} has {levels:,} different texts for {present:,} "
                "customers: they tell who somebody is and are no categories; take it out of "
                "data.categorical in params.yaml"
            )


def group_rare(customers: pd.DataFrame, data: Data) -> tuple[pd.DataFrame, list[str]]:
    """Take categories of fewer than ten customers together, before anything is made of them.

    Together they are `OTHER`. Where even all of them are fewer than ten customers, they are
    missing, as nothing can be said of so few.

    Returns
    -------
    customers : DataFrame
        The same rows with no category of a few.
    notes : list of str
        What was taken together, a line for each column.

    Raises
    ------
    InputError
        Fewer than ten customers have a category at all.
    """
    grouped, notes = customers.copy(), []
    for name in data.categorical:
        column = customers[name]
        counts = column.value_counts()
        few = counts[counts < FEWEST]
        if few.empty:
            continue
        total = int(few.sum())
        if total >= min(FEWEST, len(customers)):
            grouped[name] = column.mask(column.isin(few.index), OTHER)
            what = f"taken together as '{OTHER}'"
        elif len(few) < len(counts):
            grouped[name] = column.mask(column.isin(few.index))
            what = "taken as missing"
        else:
            raise InputError(
                f"column '{name}' of {data.path} has no category that {FEWEST} customers share; "
                "take it out of data.categorical in params.yaml"
            )
        categories = "1 category" if len(few) == 1 else f"{len(few):,} categories"
        notes.append(
            f"column '{name}': {categories} of fewer than {FEWEST} customers "
            f"({total:,} of {len(customers):,} customers) {'is' if len(few) == 1 else 'are'} {what}"
        )
    return grouped, notes
