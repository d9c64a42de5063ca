"""A few plain questions that place a new customer, for people without a computer at hand."""

from pathlib import Path
from typing import ClassVar, Literal

from segmentation.artifacts.base import Artifact, Figure, Known, Pair, Part


class Goal(Part):
    """Where an answer leads: to another question, or to a segment (-1 is in none)."""

    question: int | None = None
    segment: int | None = None


class Question(Part):
    """Whether a number is above a threshold, or a category is a certain one.

    Attributes
    ----------
    number : int
        From 1; every customer begins there.
    value, level : float or str, or None
        The threshold, or the category.
    unknown : {"yes", "no"}
        What to answer where it is not known.
    """

    number: int
    column: str
    value: Known = None
    level: str | None = None
    text: str
    yes: Goal
    no: Goal
    unknown: Literal["yes", "no"]


class Placed(Part):
    """How well customers of one segment are placed, of those left out; None for too few.

    Attributes
    ----------
    found : float or None
        Share of the segment that the questions place in it.
    right : float or None
        Share of those placed there who belong there.
    """

    segment: int
    name: str
    customers: int
    found: Known
    right: Known


class Typing(Artifact):
    """The questions, and how often they agree with the model on customers left out.

    Attributes
    ----------
    model : str
    questions : tuple of Question
    most_asked : int
        Of one customer.
    customers : int
        Those left out to judge by.
    accuracy : float
    interval : pair of float
        Wilson's, of 95%.
    guess : float
        What naming the largest segment every time would reach.
    """

    path: ClassVar = Path("reports/typing/typing.json")
    mend: ClassVar = "run `segmentation typing` again"
    schema_version: Literal[1] = 1
    model: str
    questions: tuple[Question, ...]
    most_asked: int
    customers: int
    accuracy: Figure
    interval: Pair
    guess: Figure
    segments: tuple[Placed, ...]
