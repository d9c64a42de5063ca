"""A few questions place customers about as the model does, and say how often."""

import made
import numpy as np
import pandas as pd
import pytest

from segmentation.artifacts.typing import Typing
from segmentation.errors import InputError
from segmentation.scoring.questions import MOST_ASKED, learn, place
from segmentation.views.typing import html

NAMES = {i: f"Group <{i}>" for i in range(1, 5)}


def learnt(customers: pd.DataFrame, segment: np.ndarray) -> Typing:
    return learn(
        customers, segment, numbers=made.DATA.numeric_features,
        categories=made.DATA.categorical_features, data=made.DATA, names=NAMES, model="it", seed=1,
    )  # fmt: skip


def test_they_place_new_customers_as_often_as_they_say() -> None:
    customers = made.customers(rows=1500)
    found = learnt(customers, made.model().predict(customers))
    assert len(found.questions) <= MOST_ASKED
    assert found.most_asked <= len(found.questions)
    assert found.accuracy > 0.8 > 2 * found.guess
    new = made.customers(rows=3000, seed=77)
    right = (place(found.questions, new) == made.model().predict(new)).mean()
    low, high = found.interval
    assert low - 0.03 < right < high + 0.03
    page = html(found)
    assert all(each.text in page for each in found.questions)
    assert "Group &lt;1&gt;" in page


def test_a_question_is_the_rule_that_made_the_segments() -> None:
    customers = made.customers(rows=900)
    segment = np.where(customers["age"] > 50, 1, 2)
    (question,) = learnt(customers, segment).questions
    assert question.text == "Is the age above 50.5 years?"
    assert (question.yes.segment, question.no.segment) == (1, 2)
    (question,) = learnt(customers, np.where(customers["age"] > 30, 1, 2)).questions
    assert question.unknown == "yes"  # the median is above it
    assert set(place([question], customers.assign(age=None))) == {1}
    by_kind = np.where(customers["preferred_category"] == "Electronics", 1, 2)
    (question,) = learnt(customers, by_kind).questions
    assert question.text == "Is the preferred category Electronics?"
    placed = place([question], customers.assign(preferred_category=None))
    assert set(placed) == {2}


def test_too_few_customers_teach_nothing() -> None:
    customers = made.customers(rows=100)
    with pytest.raises(InputError, match="200 customers or more"):
        learnt(customers, made.model().predict(customers))
