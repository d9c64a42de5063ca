"""Whether the segments can be trusted, before and after: the report's questions side by side."""

import re
from dataclasses import dataclass
from typing import Literal

from segmentation.artifacts.choice import Choice
from segmentation.artifacts.segments import Answer, Level, Segments

Outcome = Literal["same", "other", "better", "worse"]

_RANK: dict[Level, int] = {"good": 3, "plain": 2, "doubtful": 1, "bad": 0}


@dataclass(frozen=True)
class AnswerChange:
    """A question with both answers; None where a revision does not ask it.

    Attributes
    ----------
    question : str
        In the words of the head, if it asks it.
    base, head : str or None
        The answers in a few words.
    outcome : {"same", "other", "better", "worse"}
        Other is neither better nor worse.
    why : str
        Of the head's answer, or of the base's where the head has none.
    """

    question: str
    base: str | None
    head: str | None
    outcome: Outcome
    why: str


def answer_changes(
    base: Segments | None,
    head: Segments | None,
    *,
    base_choice: Choice | None = None,
    head_choice: Choice | None = None,
) -> tuple[AnswerChange, ...]:
    """Set the answers of two revisions beside each other, in the head's order."""
    if base is None or head is None:
        return ()
    before = {_topic(answer): answer for answer in base.trust}
    after = {_topic(answer): answer for answer in head.trust}
    changes = []
    for topic in [*after, *(topic for topic in before if topic not in after)]:
        one, other = before.get(topic), after.get(topic)
        asked = other or one
        assert asked is not None  # noqa: S101 - one of the two asks it
        outcome = _outcome(one, other)
        said = _said(one, base, base_choice), _said(other, head, head_choice)
        if one and other and outcome != "same" and said[0] == said[1]:
            said = one.why, other.why  # where the same words are better or worse
        changes.append(AnswerChange(asked.question, *said, outcome, asked.why))
    return tuple(changes)


def _topic(answer: Answer) -> str:
    """What a question is about, whatever the number in it and whatever the parts are called."""
    return _uncounted(answer.question).replace("group", "segment")


def _said(answer: Answer | None, segments: Segments, choice: Choice | None) -> str | None:
    if answer is None:
        return None
    if choice is None or not re.fullmatch(r"Is \d+ the right number\?", answer.question):
        return answer.answer
    k = len(segments.segments)
    agreeing = sum(vote == k for vote in choice.votes.values())
    are = "is" if agreeing == 1 else "are"
    return f"{answer.answer}: {agreeing} of {len(choice.votes)} criteria {are} for {k}"


def _outcome(base: Answer | None, head: Answer | None) -> Outcome:
    if base is None or head is None:
        # Asked on one side only: what it says there is news, good or bad.
        level = (base or head).level if (base or head) else "plain"  # type: ignore[union-attr]
        if level in ("good", "plain"):
            return "other"
        return "better" if head is None else "worse"
    change = _RANK[head.level] - _RANK[base.level]
    if change:
        return "better" if change > 0 else "worse"
    return "same" if _uncounted(base.answer) == _uncounted(head.answer) else "other"


def _uncounted(text: str) -> str:
    """Return a text without the numbers in it: how many there are is told elsewhere."""
    return re.sub(r"[\d,]*\d", "k", text)
