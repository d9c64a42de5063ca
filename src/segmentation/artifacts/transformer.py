"""What the saved transformer says of the matrix that it makes: which columns are whose."""

from typing import TYPE_CHECKING, Any

from segmentation.artifacts.features import having

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer

CATEGORIES = "categories"
"""What its part for categories is called; with a weight of its own, ``categories: town``."""
BOUNDS = "bounds"
"""What the step that cuts numbers off is called."""
SCALES = "scales"
"""What its part for levels in order is called: one feature each; the same with a weight."""
FLAG = "has: "
"""What the names of its parts for a yes or no beside a number begin with."""


def category_blocks(transformer: "ColumnTransformer") -> list[list[int]]:
    """Return the numbers of the columns that the levels of each category became."""
    blocks = []
    for name, steps, of in parts_of(transformer, CATEGORIES):
        # The names of one-hot columns do not say where a column's name ends; numbers in front do.
        columns = range(len(of))
        names = steps[-1].get_feature_names_out([str(column) for column in columns])
        first = transformer.output_indices_[name].start
        owners = [int(each.split("_", 1)[0]) for each in names]
        blocks += [
            [first + i for i, owner in enumerate(owners) if owner == column] for column in columns
        ]
    return blocks


def parts_of(transformer: "ColumnTransformer", kind: str) -> list[tuple[str, Any, list[str]]]:
    """Return the parts of a kind, such as `CATEGORIES`: name, what is done, which columns."""
    return [
        (name, part, list(map(str, columns)))
        for name, part, columns in transformer.transformers_
        if part != "drop" and name.startswith(kind)
    ]


def columns_of(transformer: "ColumnTransformer") -> tuple[list[str], list[str]]:
    """Return the numbers and the categories of a customer that it takes, in its order."""
    numbers: list[str] = []
    categories: list[str] = []
    for name, part, columns in transformer.transformers_:
        if part != "drop" and not name.startswith(FLAG):  # their numbers are there already
            texts = name.startswith((CATEGORIES, SCALES))
            (categories if texts else numbers).extend(map(str, columns))
    return numbers, categories


def owners(transformer: "ColumnTransformer") -> list[str]:
    """Return the column of a customer that each column of the matrix was made of.

    Its categories follow the numbers.
    """
    spans = transformer.output_indices_
    found = [""] * max(span.stop for span in spans.values())
    for name, part, columns in transformer.transformers_:
        if part != "drop" and not name.startswith(CATEGORIES):
            for place, column in enumerate(columns, start=spans[name].start):
                found[place] = str(column)
    blocks = category_blocks(transformer)
    one_hot = columns_of(transformer)[1][: len(blocks)]
    for column, places in zip(one_hot, blocks, strict=True):
        for place in places:
            found[place] = column
    return found


def feature_names(transformer: "ColumnTransformer") -> list[str]:
    """Return what each column of the matrix is called: as the column that it was made of, or so."""
    names = list(map(str, transformer.get_feature_names_out()))
    for part, _, (column,) in parts_of(transformer, FLAG):
        names[transformer.output_indices_[part].start] = having(column)
    return names


def nevers(transformer: "ColumnTransformer") -> list[int]:
    """Return the columns of the matrix for which a gap in a number says never."""
    return [
        transformer.output_indices_[name].start
        for name, part, _ in parts_of(transformer, FLAG)
        if "simpleimputer" not in part.named_steps
    ]


def known_levels(transformer: "ColumnTransformer") -> dict[str, list[str]]:
    """Return the categories of each column that it can tell apart or takes together as rare."""
    _, categories = columns_of(transformer)
    if not categories:
        return {}
    levels = [
        each for _, part, _ in parts_of(transformer, CATEGORIES) for each in part[-1].categories_
    ]
    for _, part, _ in parts_of(transformer, SCALES):
        levels += part.named_steps.ordinalencoder.categories_
    return {
        column: [str(level) for level in found if level]
        for column, found in zip(categories, levels, strict=True)
    }
