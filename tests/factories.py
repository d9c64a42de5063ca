"""Artifacts to test with, made through their models: name what matters, the rest is ordinary."""

from collections.abc import Iterable, Mapping
from typing import Any

from segmentation.algorithms import ALGORITHMS
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.clustering import Clustering, ReferenceMatch
from segmentation.artifacts.details import Details
from segmentation.artifacts.grades import grade
from segmentation.artifacts.map import Map
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.quality import Lines, Quality
from segmentation.artifacts.segments import (
    CategoryColumn,
    Column,
    LevelProfile,
    NumberColumn,
    NumberProfile,
    Segment,
    Segments,
)
from segmentation.artifacts.structure import LEVELS, Structure
from segmentation.artifacts.summary import Summary
from segmentation.insight.results import Results


def metrics(**changed: Any) -> Metrics:
    ordinary = {
        "k": 4, "inertia": 5.0, "structure_p_value": 0.0, "dominance": 0.3,
        "noise_share": 0.0, "border_share": 0.23,
    }  # fmt: skip
    structure: Structure = changed.pop("structure", "separate")
    answer = {"structured": int(structure == "separate"), "structure_level": LEVELS[structure]}
    return Metrics.model_validate(ordinary | answer | changed)


def lines(rows: int) -> Lines:
    return Lines(in_file=rows + 1, header=1, rows=rows, blank=0, breaks_in_cells=0)


def quality(rows: int, **changed: Any) -> Quality:
    ordinary = {
        "lines": lines(rows), "rows_in": rows, "rows_kept": rows, "rows_rejected": 0,
        "rejected": {}, "repaired": {}, "missing": {},
    }  # fmt: skip
    return Quality.model_validate(ordinary | changed)


def summary(
    spreads: Mapping[str, float], categorical: Mapping[str, Mapping[str, int]] | None = None
) -> Summary:
    """Of numbers with these standard deviations."""
    rest: dict[str, Any] = dict.fromkeys(("count", "mean"), 1.0)
    rest["histogram"] = {"edges": (0.5, 1.5), "counts": (1,)}
    rest["box"] = {"whiskers": (1.0, 1.0), "quartiles": (1.0, 1.0, 1.0)}
    numeric = {name: {**rest, "std": spread} for name, spread in spreads.items()}
    return Summary.model_validate(
        {
            "customers": 1,
            "numeric": numeric,
            "rank_correlation": {},
            "categorical": categorical or {},
            "by_category": {},
        }
    )


def choice(**changed: Any) -> Choice:
    ordinary = {
        "k": 4, "structure": "separate", "possible": ("separate",), "structure_p_value": 0.0,
        "separate_p_value": 0.0, "gap": 9.0, "gap_expected": 2.0, "valley": 0.8, "draws": 20,
        "small_group": None, "rule": "consensus",
        "votes": {"gap": 4, "elbow": 5}, "criteria": (), "agree": True, "rows": 100,
        "confidence": 0.9, "open": False, "alternatives": (),
        "why": ("Because.",),
    }  # fmt: skip
    return Choice.model_validate(ordinary | changed)


def reference(**changed: Any) -> ReferenceMatch:
    ordinary = {
        "kept": {}, "new": (), "retired": (), "common_customers": 100,
        "moved_customers": 0, "adjusted_rand": 1.0,
    }  # fmt: skip
    return ReferenceMatch.model_validate(ordinary | changed)


def clustering(
    ids: Iterable[int],
    *,
    jaccard: Mapping[int, float] | None = None,
    stability: Mapping[str, Any] | None = None,
    **changed: Any,
) -> Clustering:
    """Of these segments, which come back with a similarity of 0.9 unless it is given."""
    ids = list(ids)
    similarity = {i: (jaccard or {}).get(i, 0.9) for i in ids}
    segments = {
        i: {
            "jaccard": similarity[i], "se": 0.01, "dissolved": 0.0,
            "grade": grade(similarity[i]), "sentence": f"{grade(similarity[i])}.",
        }
        for i in ids
    }  # fmt: skip
    algorithm = ALGORITHMS[changed.get("algorithm", "kmeans")]
    ordinary = {
        "algorithm": algorithm.name, "finds_k": not algorithm.needs_k,
        "group": algorithm.group, "taste": algorithm.taste,
        "k": len(ids), "noise_share": 0.0, "notes": (),
        "picture": None, "reference": None, "next_id": max(ids, default=0) + 1,
        "stability": {
            "mean": 0.9, "se": 0.01, "minimum": 0.9, "adjusted_rand": 0.9,
            "adjusted_rand_se": 0.01, "resamples": 50, "rows": 100, "of_rows": 100,
            "segments": segments, **(stability or {}),
        },
    }  # fmt: skip
    return Clustering.model_validate(ordinary | changed)


def details(
    ids: Iterable[int], *, dominance: Mapping[str, Any] | None = None, **changed: Any
) -> Details:
    ids = list(ids)
    shape = {"radius": 1.0, "elongation": 1.5, "silhouette": 0.3}
    ordinary = {
        "dominance": {
            "feature": "x", "repeats": (), "score": 0.3, "score_of_the_others": None,
            "scores": {"x": 0.3}, "answer": "no", "sentence": "“x” explains most.",
            **(dominance or {}),
        },
        "silhouette": {"rows": 100, "sampled": False},
        "features": 3,
        "segments": dict.fromkeys(ids, shape),
        "distances": {i: {j: 2.0 for j in ids if j != i} for i in ids},
    }  # fmt: skip
    return Details.model_validate(ordinary | changed)


def flat_map(**changed: Any) -> Map:
    ordinary = {"explained_variance": (0.5, 0.2), "loadings": {}, "centroids": {}}
    return Map.model_validate(ordinary | changed)


def results(
    ids: Iterable[int],
    *,
    structure: Structure = "separate",
    jaccard: Mapping[int, float] | None = None,
    **artifacts: Any,
) -> Results:
    """The results of these segments; artifacts that are given stand for the ordinary ones."""
    ids = list(ids)
    return Results(
        choice=artifacts.get("choice") or choice(k=len(ids)),
        clustering=artifacts.get("clustering") or clustering(ids, jaccard=jaccard),
        metrics=artifacts.get("metrics")
        or metrics(k=len(ids), structure=structure, structure_p_value=0.2),
        details=artifacts.get("details") or details(ids),
        flat=artifacts.get("flat") or flat_map(),
    )


def number(**figures: Any) -> NumberProfile:
    return NumberProfile.model_validate({"known": 100, **figures})


def level(**figures: Any) -> LevelProfile:
    unknown = dict.fromkeys(LevelProfile.model_fields) | {"confirmed": False}
    return LevelProfile.model_validate(unknown | figures)


def segment(number: int, **changed: Any) -> Segment:
    ordinary: dict[str, Any] = {
        "id": number, "size": 40, "share": 0.25, "share_interval": (0.2, 0.3),
        "value_mean": 50.0, "value_mean_interval": (45.0, 55.0), "share_of_value": 0.25,
        "share_of_value_interval": (0.2, 0.3), "numeric": {}, "categorical": {},
        "name": f"Segment {number}", "name_note": None, "marks": (), "marks_note": "None.",
        "unremarkable": (), "rule": None, "rule_note": "no rule", "plays": (),
        "plays_note": "No plays.",
        "stability": clustering([number]).stability.segments[number],
        "shape": details([number]).segments[number],
    }  # fmt: skip
    return Segment.model_validate(ordinary | changed)


def segments(described: Iterable[Segment], **changed: Any) -> Segments:
    found = tuple(described)
    numbers = {name for each in found for name in each.numeric} | {"spend"}
    categories = {name for each in found for name in each.categorical}
    columns: dict[str, Column] = {name: number_column(label=name) for name in sorted(numbers)}
    columns |= {name: category_column({}, label=name) for name in sorted(categories)}
    ordinary: dict[str, Any] = {
        "headline": f"{len(found)} segments", "notice": None,
        "customers": sum(each.size for each in found), "unassigned": 0, "value": "spend",
        "structure": "separate",
        "scope": {"rows": 100, "columns": 1, "numeric": 1, "categorical": 0},
        "columns": columns, "segments": found, "trust": (), "limits": (),
        "method": {}, "playbook_notes": (), "outside": None, "advice": (),
    }  # fmt: skip
    return Segments.model_validate(ordinary | changed)


def number_column(**changed: Any) -> NumberColumn:
    ordinary = {
        "label": "spend", "unit": None, "feature": True, "known": 100, "mean": 50.0, "median": 48.0,
        "quartiles": (40.0, 60.0), "whiskers": (20.0, 90.0), "deviation": 10.0,
    }  # fmt: skip
    return NumberColumn.model_validate(ordinary | changed)


def category_column(levels: Mapping[str, float], **changed: Any) -> CategoryColumn:
    ordinary = {
        "label": "town", "unit": None, "feature": True, "known": 100, "levels": levels,
        "other_levels": 0, "other_share": 0.0,
    }  # fmt: skip
    return CategoryColumn.model_validate(ordinary | changed)
