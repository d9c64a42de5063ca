"""Grades follow the thresholds of `clusterboot`, and are told in one sentence."""

from segmentation.artifacts.grades import grade, sentence


def test_words_follow_the_thresholds() -> None:
    assert [grade(j) for j in (0.599, 0.6, 0.749, 0.75, 0.849, 0.85)] == [
        "not to be trusted",
        "doubtful",
        "doubtful",
        "valid",
        "valid",
        "highly stable",
    ]


def test_a_grade_is_told_with_its_figures() -> None:
    assert sentence(1.0, dissolved=0.0) == (
        "Highly stable: when customers are drawn again it overlaps with itself by "
        "100%, and never dissolves."
    )
    assert sentence(0.59, dissolved=0.251) == (
        "Not to be trusted: when customers are drawn again it overlaps with itself by "
        "59%, and dissolves in 25% of the draws."
    )
