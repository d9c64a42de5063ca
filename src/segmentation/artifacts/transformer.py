"""What the saved transformer says of the matrix that it makes: which columns are whose."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer

CATEGORIES = "categories"
"""What its part for categories is called."""


def category_blocks(transformer: "ColumnTransformer") -> list[list[int]]:
    """Return the numbers of the columns that the levels of each category became."""
    if CATEGORIES not in transformer.named_transformers_:
        return []
    steps = transformer.named_transformers_[CATEGORIES]
    # The names of one-hot columns do not say where a column's name ends; numbers in front do.
    columns = range(steps[0].n_features_in_)
    names = steps[-1].get_feature_names_out([str(column) for column in columns])
    first = transformer.output_indices_[CATEGORIES].start
    owners = [int(name.split("_", 1)[0]) for name in names]
    return [[first + i for i, owner in enumerate(owners) if owner == column] for column in columns]
