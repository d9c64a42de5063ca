"""The facts: what each segment is beside everyone else, in the figures that every page shows."""

from collections.abc import Collection
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from segmentation import paths
from segmentation.artifacts.base import Artifact, Figure, Known, Pair, Part
from segmentation.artifacts.clustering import SegmentStability
from segmentation.artifacts.details import Shape
from segmentation.artifacts.metrics import MUCH_NOISE
from segmentation.artifacts.structure import Structure

Level = Literal["good", "doubtful", "bad", "plain"]


class NumberProfile(Part):
    """One numeric column in one segment. What cannot be told is None; intervals are of 95%.

    Attributes
    ----------
    known : int
        Customers of the segment whose cell is not missing.
    mean, median : float or None
    mean_interval, median_interval : pair of float or None
    quartiles, whiskers : pair of float or None
        Quantiles 25% and 75%, and 5% and 95% (of fewer than 200, nearer: ten lie beyond; of fewer
        than 80 the quartiles).
    index : float or None
        100 times the mean over everyone's mean. None where a customer has a value below zero: a
        mean in which gains and losses cancel is no measure of what is usual.
    index_interval : pair of float or None
    difference : float or None
        Mean minus everyone else's, in standard deviations (`intervals.difference`), cut at ±10.
    difference_interval : pair of float or None
    confirmed : bool
        There is a difference, by Welch's test after Holm's correction for all that are looked at.
    """

    known: int
    mean: Known = None
    mean_interval: Pair | None = None
    median: Known = None
    median_interval: Pair | None = None
    quartiles: Pair | None = None
    whiskers: Pair | None = None
    index: Known = None
    index_interval: Pair | None = None
    difference: Known = None
    difference_interval: Pair | None = None
    confirmed: bool = False


class LevelProfile(Part):
    """One category of one column in one segment. What cannot be told is None.

    Attributes
    ----------
    share : float or None
        Of the segment's customers whose category is known.
    share_interval : pair of float or None
    lift : float or None
        That share over everyone's.
    lift_interval : pair of float or None
    difference : float or None
        That share minus everyone else's, in standard deviations of a yes or no, cut at ±10.
    difference_interval : pair of float or None
    confirmed : bool
        There is a difference, by the binomial test after Holm's correction.
    """

    share: Known = None
    share_interval: Pair | None = None
    lift: Known = None
    lift_interval: Pair | None = None
    difference: Known = None
    difference_interval: Pair | None = None
    confirmed: bool = False


class NumberCondition(Part):
    """A number above a threshold, or not above it."""

    column: str
    op: Literal[">", "<="]
    value: Figure


class LevelCondition(Part):
    """A category."""

    column: str
    op: Literal["="]
    level: str


Condition = Annotated[NumberCondition | LevelCondition, Field(discriminator="op")]


class RuleOfThumb(Part):
    """A rule of thumb, with what it achieves on customers that it was not learnt on.

    Attributes
    ----------
    conditions : tuple of Condition
        All must hold.
    precision, coverage : float
        Share of the customers whom the rule holds for that are in the segment, and share of the
        segment whom it holds for.
    precision_interval, coverage_interval : pair of float
        Wilson's, of 95%.
    rows : int
        Customers it was tested on.
    text : str
        All of it in a sentence.
    """

    conditions: tuple[Condition, ...]
    precision: Figure
    precision_interval: Pair
    coverage: Figure
    coverage_interval: Pair
    rows: int
    text: str


class Evidence(Part):
    """A figure of a segment that meets a condition of a play.

    Attributes
    ----------
    column : str
    level : str or None
    figure : {"index", "lift"}
    value : float
        100 (index) or 1 (lift) for the average customer.
    interval : pair of float or None
    min, max : float or None
        The bounds that the condition sets.
    """

    column: str
    level: str | None
    figure: Literal["index", "lift"]
    value: Figure
    interval: Pair | None
    min: Known
    max: Known


class Play(Part):
    """A play that suits the segment, with the figures that say so, in words and as they are."""

    name: str
    action: str
    channel: str
    measure: str
    because: tuple[str, ...]
    evidence: tuple[Evidence, ...]


class Profile(Part):
    """One segment in figures.

    What is None is told of too few (`artifacts.privacy`). `share_of_value` is None, too, where
    values are below zero, or all of them zero.
    """

    id: int
    size: int
    share: Figure
    share_interval: Pair
    value_mean: Known
    value_mean_interval: Pair | None
    share_of_value: Known
    share_of_value_interval: Pair | None
    numeric: dict[str, NumberProfile]
    categorical: dict[str, dict[str, LevelProfile]]


class Outside(Profile):
    """Customers in no segment, as if they were one; its `id` is none of a segment's.

    Attributes
    ----------
    marks : tuple of str
        What sets them apart, strongest first.
    marks_note : str or None
        Why there is nothing.
    """

    marks: tuple[str, ...]
    marks_note: str | None


class Segment(Profile):
    """One segment in figures and in words.

    Attributes
    ----------
    name_note : str or None
        What it would be called today, where its name is the reference's and has aged.
    marks : tuple of str
        What sets it apart, strongest first.
    marks_note : str or None
        Why there is nothing.
    unremarkable : tuple of str
        Columns in which it is like everyone else.
    rule : RuleOfThumb or None
    rule_note : str or None
        Why there is none.
    plays : tuple of Play
    plays_note : str or None
        Why there are none.
    stability : SegmentStability
        Whether it comes back when customers are drawn again.
    shape : Shape or None
    """

    name: str
    name_note: str | None
    marks: tuple[str, ...]
    marks_note: str | None
    unremarkable: tuple[str, ...]
    rule: RuleOfThumb | None
    rule_note: str | None
    plays: tuple[Play, ...]
    plays_note: str | None
    stability: SegmentStability
    shape: Shape | None


class NumberFigures(Part):
    """One numeric column among everyone; `deviation` is the standard deviation (n - 1)."""

    known: int
    mean: Known
    median: Known
    quartiles: Pair | None
    whiskers: Pair | None
    deviation: Known


class NumberColumn(NumberFigures):
    """One numeric column; if it is no feature, segments were not found in it."""

    kind: Literal["number"] = "number"
    label: str
    unit: str | None
    feature: bool


class CategoryFigures(Part):
    """One categorical column among everyone: shares of the frequent levels, and of the others."""

    known: int
    levels: dict[str, Figure]
    other_levels: int
    other_share: Figure


class CategoryColumn(CategoryFigures):
    """One categorical column; if it is no feature, segments were not found in it.

    The yes or no beside a number (``has balance``) is told as none: its number stands for both.
    """

    kind: Literal["category"] = "category"
    label: str
    unit: str | None
    feature: bool


Column = Annotated[NumberColumn | CategoryColumn, Field(discriminator="kind")]


class Scope(Part):
    """How much was described."""

    rows: int
    columns: int
    numeric: int
    categorical: int


class Answer(Part):
    """A question that a reader should ask: the answer in a few words, why, and how good it is."""

    question: str
    answer: str
    why: str
    level: Level


NO_SEGMENT = "in no segment"
"""What customers are said to be in whom no segment holds."""


class Segments(Artifact):
    """All that is told of a run's segments.

    Attributes
    ----------
    headline : str
        What was found, in one line.
    customers, unassigned : int
        How many there are, and how many of them are in no segment.
    outside : Outside or None
        Those in no segment, if there are any beside segments.
    value : str or None
        The column that says what a customer is worth, if there is one.
    structure : {"separate", "graded", "one"}
        What the data hold.
    notice : str or None
        What slices and groups are that no gaps stand between; None for separate segments.
    trust : tuple of Answer
        Whether the segments can be trusted.
    advice : tuple of str
        What to try where there is nothing to act on.
    limits : tuple of str
        What they cannot tell.
    method : dict of str to str
        How the figures came about.
    playbook_notes : tuple of str
        What in the playbook does not fit this run.
    """

    path: ClassVar = paths.SEGMENTS
    in_order: ClassVar = True  # pages show columns as declared, and the commonest categories first
    schema_version: Literal[5] = 5
    headline: str
    customers: int
    unassigned: int
    value: str | None
    structure: Structure
    notice: str | None
    scope: Scope
    columns: dict[str, Column]
    segments: tuple[Segment, ...]
    outside: Outside | None
    trust: tuple[Answer, ...]
    advice: tuple[str, ...]
    limits: tuple[str, ...]
    method: dict[str, str]
    playbook_notes: tuple[str, ...]

    @property
    def leaves_many_out(self) -> bool:
        """Whether so many customers are in no segment that it has to be said first."""
        return self.unassigned > MUCH_NOISE * self.customers

    @property
    def names(self) -> dict[int, str]:
        """The name of each segment, by its id."""
        return {segment.id: segment.name for segment in self.segments}

    @property
    def centroids(self) -> dict[int, dict[str, float]]:
        """The mean of each number and the share of each ``column=category``, by segment id.

        What is not known is left out, and so are columns that only describe: segments are
        recognised by what they were found in.
        """
        features = {name for name, column in self.columns.items() if column.feature}
        return {segment.id: _centroid(segment, features) for segment in self.segments}


def _centroid(segment: Segment, features: Collection[str]) -> dict[str, float]:
    means = {name: figures.mean for name, figures in segment.numeric.items() if name in features}
    shares = {
        f"{name}={level}": figures.share
        for name, levels in segment.categorical.items()
        if name in features
        for level, figures in levels.items()
    }
    return {name: value for name, value in (means | shares).items() if value is not None}
