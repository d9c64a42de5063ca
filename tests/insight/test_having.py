"""What stands beside amounts full of zeros is described and named with its number."""

import numpy as np
import pandas as pd

from segmentation.artifacts.features import Flag
from segmentation.insight.having import WithFlags, tell_once, words_for
from segmentation.insight.names import name_segments
from segmentation.insight.playbook import Playbook, Words
from segmentation.insight.traits import Trait

FLAGS = {"cash": Flag(of="zero", share=0.5), "seen": Flag(of="never", share=0.7)}


def test_a_gap_is_a_no_only_where_it_says_never() -> None:
    customers = pd.DataFrame({"cash": [0.0, 5.0, np.nan], "seen": [np.nan, 1.0, 0.0]})
    table = WithFlags(customers, FLAGS)
    assert list(table.columns) == ["cash", "seen", "has cash", "has seen"]
    assert table["has cash"].fillna("?").tolist() == ["No", "Yes", "?"]
    assert table["has seen"].tolist() == ["No", "Yes", "Yes"]
    assert table["cash"] is customers["cash"] or table["cash"].equals(customers["cash"])


def test_names_say_with_and_without_and_nothing_twice() -> None:
    words = words_for(
        {"cash": Words(high="heavy cash users", noun=True, none="without cash", about="cash")},
        FLAGS,
    )
    traits = {
        1: [Trait("has cash", "Yes", 3.0, 200, 1.0), Trait("cash", None, 1.0, 200, 90)],
        2: [Trait("has cash", "No", 3.0, 200, 1.0), Trait("cash", None, -1.0, 0, 0)],
        3: [Trait("has cash", "Yes", 2.0, 200, 1.0), Trait("has seen", "No", 1.0, 140, 0.9)],
        4: [Trait("has cash", "Yes", 2.0, 200, 1.0), Trait("age", None, 1.0, 140, 60)],
    }
    told = {i: tell_once(each, ["has cash", "has seen"]) for i, each in traits.items()}
    assert name_segments(told, Playbook(words=words)) == {
        1: "Heavy cash users",
        2: "Customers without cash",
        3: "Customers with cash and without seen",
        4: "Customers with high age and cash",
    }
    own = words_for({"has seen": Words(levels={"No": "never seen"})}, FLAGS)
    assert own["has seen"].levels == {"No": "never seen"}  # what a person wrote is said
