"""Learn a few plain questions that place a customer as a model does: a tree of scikit-learn."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.artifacts.files import rounded
from segmentation.artifacts.privacy import FEWEST
from segmentation.artifacts.segments import NO_SEGMENT
from segmentation.artifacts.typing import Goal, Placed, Question, Typing
from segmentation.errors import InputError
from segmentation.insight.intervals import wilson
from segmentation.insight.numbers import amount, number
from segmentation.settings.shared.data import Data

MOST_ASKED = 6
_LEFT_OUT = 0.3  # of the customers, to judge by
_FOLDS = 5
_LEVELS = 20  # most frequent categories that a question may ask for
_DIGITS = 3  # of a threshold
_FEWEST_CUSTOMERS = 200
_LEAF = -1  # of scikit-learn's trees: no child

Labels = NDArray[np.intp]


class _Answer(NamedTuple):
    """A yes or no that a question may ask for."""

    column: str
    level: str | None


def learn(
    customers: pd.DataFrame,
    segment: Labels,
    *,
    numbers: Sequence[str],
    categories: Sequence[str],
    data: Data,
    names: Mapping[int, str],
    model: str,
    seed: int,
) -> Typing:
    """Learn the questions.

    The tree is the smallest whose accuracy, by cross-validation, is within one standard error of
    the best. It is judged by customers that it never saw, with the thresholds as they are printed.

    Parameters
    ----------
    customers : DataFrame
    segment : int array of shape (n,)
        What the model says of each.
    numbers, categories : sequence of str
        Columns that may be asked for.
    data : Data
        Their units.
    names : mapping of int to str
        Of the segments.
    model : str
        What it is called.
    seed : int

    Raises
    ------
    InputError
        There are too few customers, or they are all in one segment.
    """
    from sklearn.model_selection import train_test_split

    if len(customers) < _FEWEST_CUSTOMERS or len(np.unique(segment)) < 2:
        raise InputError(
            f"questions are learnt from {_FEWEST_CUSTOMERS} customers or more in several segments; "
            f"here are {len(customers)} in {len(np.unique(segment))}"
        )
    ids, sizes = np.unique(segment, return_counts=True)
    alone = np.isin(segment, ids[sizes < FEWEST])
    train, test = train_test_split(
        np.arange(len(customers)), test_size=_LEFT_OUT, random_state=seed,
        stratify=np.where(alone, ids[sizes.argmax()], segment),
    )  # fmt: skip
    known = customers.iloc[train]
    middles = {name: float(known[name].median()) for name in numbers}
    asked = [_Answer(name, None) for name in numbers] + [
        _Answer(name, str(level))
        for name in categories
        for level in known[name].value_counts().index[:_LEVELS]
    ]
    X = _matrix(customers, asked, middles)
    tree = _tree(X[train], segment[train], seed=seed)
    questions = _questions(tree, asked, middles, data)
    placed = place(questions, customers.iloc[test])
    truth = segment[test]
    right = int((placed == truth).sum())
    low, high = (float(each) for each in wilson(right, len(test)))
    return Typing(
        model=model,
        questions=questions,
        most_asked=int(tree.get_depth()),
        customers=len(test),
        accuracy=right / len(test),
        interval=(low, high),
        guess=float(np.unique(truth, return_counts=True)[1].max() / len(test)),
        segments=tuple(
            Placed(
                segment=int(each),
                name=names.get(int(each), NO_SEGMENT),
                customers=int((truth == each).sum()),
                found=_share((placed == each)[truth == each]),
                right=_share((truth == each)[placed == each]),
            )
            for each in ids
        ),
    )


def place(questions: Sequence[Question], customers: pd.DataFrame) -> Labels:
    """Return where the questions place customers."""
    at = {each.number: each for each in questions}
    placed = np.zeros(len(customers), dtype=np.intp)

    def ask(number: int, rows: NDArray[np.intp]) -> None:
        question = at[number]
        cells = customers[question.column].iloc[rows]
        if question.level is not None:
            yes = (cells == question.level).to_numpy(dtype=bool, na_value=False)
        else:
            yes = (cells > question.value).to_numpy(dtype=bool, na_value=False)
        yes = np.where(cells.isna(), question.unknown == "yes", yes)
        for goal, those in ((question.yes, rows[yes]), (question.no, rows[~yes])):
            if goal.question is not None:
                ask(goal.question, those)
            elif goal.segment is not None:
                placed[those] = goal.segment

    ask(1, np.arange(len(customers)))
    return placed


def _matrix(
    customers: pd.DataFrame, asked: Sequence[_Answer], middles: Mapping[str, float]
) -> NDArray[np.float64]:
    return np.column_stack(
        [
            customers[column].fillna(middles[column]).to_numpy(np.float64)
            if level is None
            else (customers[column] == level).to_numpy(dtype=np.float64, na_value=0.0)
            for column, level in asked
        ]
    )


def _tree(X: NDArray[np.float64], y: Labels, *, seed: int) -> Any:
    from sklearn.model_selection import KFold, cross_val_score
    from sklearn.tree import DecisionTreeClassifier

    folds = KFold(_FOLDS, shuffle=True, random_state=seed)
    # As many questions in all as may be asked of one customer, unless there are more segments.
    most = max(MOST_ASKED + 1, len(np.unique(y)))
    candidates = [
        DecisionTreeClassifier(
            max_depth=MOST_ASKED, max_leaf_nodes=leaves, min_samples_leaf=FEWEST, random_state=seed
        )
        for leaves in range(2, most + 1)
    ]
    scores = np.array([cross_val_score(each, X, y, cv=folds) for each in candidates])
    means = scores.mean(axis=1)
    best = int(means.argmax())
    error = scores[best].std(ddof=1) / np.sqrt(_FOLDS)
    smallest = int(np.flatnonzero(means >= means[best] - error)[0])
    return candidates[smallest].fit(X, y)


def _questions(
    fitted: Any, asked: Sequence[_Answer], middles: Mapping[str, float], data: Data
) -> tuple[Question, ...]:
    tree = fitted.tree_
    nodes = [i for i in range(tree.node_count) if tree.children_left[i] != _LEAF]
    if not nodes:
        raise InputError("no question tells these segments apart; look at the structure first")
    numbered = {node: i for i, node in enumerate(nodes, start=1)}

    def goal(node: int) -> Goal:
        if node in numbered:
            return Goal(question=numbered[node])
        return Goal(segment=int(fitted.classes_[tree.value[node][0].argmax()]))

    found = []
    for node, i in numbered.items():
        column, level = asked[tree.feature[node]]
        value = None if level is not None else rounded(float(tree.threshold[node]), _DIGITS)
        unknown: Literal["yes", "no"] = "no"
        if value is not None and middles[column] > value:
            unknown = "yes"
        found.append(
            Question(
                number=i, column=column, value=value, level=level,
                text=_text(column, value, level, data), unknown=unknown,
                yes=goal(int(tree.children_right[node])), no=goal(int(tree.children_left[node])),
            )
        )  # fmt: skip
    return tuple(found)


def _text(column: str, value: float | None, level: str | None, data: Data) -> str:
    name = column.replace("_", " ").strip()
    if value is None:
        return f"Is the {name} {level}?"
    return f"Is the {name} above {amount(number(value), data.unit(column))}?"


def _share(those: NDArray[np.bool_]) -> float | None:
    return float(those.mean()) if len(those) >= FEWEST else None
