"""Can these segments be trusted? The questions that a reader should ask, each with its answer."""

from collections.abc import Mapping
from typing import Any, Literal

from segmentation.clustering.metrics.jaccard import VALID
from segmentation.insight.numbers import p_value, percent

Facts = Mapping[str, Any]
Level = Literal["good", "doubtful", "bad", "plain"]

NEARLY = 0.6
"""Share of the segments explained by one column from which that is a reason for doubt."""


def trust(
    *, customers: int, metrics: Facts, choice: Facts, clustering: Facts, details: Facts
) -> list[dict[str, str]]:
    """Answer the questions about the segmentation as a whole.

    Parameters
    ----------
    customers : int
        How many it stands on.
    metrics, choice, clustering, details : mapping
        What ``evaluate``, ``select_k`` and ``train`` wrote.

    Returns
    -------
    list of dict
        ``question``, ``answer`` (a few words), ``why`` (a sentence) and ``level``: how good the
        news is.
    """
    answers = [_structure(metrics)]
    if metrics["k"] < 2:
        answers.append(_undivided(metrics, clustering))
    else:
        answers.append(_stability(clustering))
        if not clustering["finds_k"]:
            answers.append(_agreement(metrics, choice))
        answers.append(_dominance(details))
    answers.append(_rows(customers, metrics, details))
    if clustering["reference"]:
        answers.append(_reference(clustering["reference"]))
    return answers


def limits(
    *, metrics: Facts, clustering: Facts, details: Facts, pca: Facts, scaling: str
) -> list[str]:
    """Say what the segments of this run can not tell, in sentences with its own figures.

    Parameters
    ----------
    scaling : str
        How customers became points, in a sentence.
    pca : mapping
        What ``evaluate`` wrote about the map.
    """
    sentences = [*_shape(clustering, details), scaling]
    shown = sum(pca["explained_variance"])
    sentences.append(
        f"The flat map shows {shown:.0%} of the variance and hides {1 - shown:.0%}: segments "
        "that overlap on it may lie apart."
    )
    if metrics["structured"]:
        sentences.append(
            "The structure test says that the data hold more than one population; it does not say "
            "that each segment is one."
        )
    else:
        sentences.append(
            "The structure test sees a split that leaves a gap or a dent in density; groups that "
            "overlap widely can escape it."
        )
    if details["silhouette"]["sampled"]:
        rows = details["silhouette"]["rows"]
        sentences.append(
            f"Silhouettes rest on a sample of {rows:,} customers, stratified by segment."
        )
    stability = clustering["stability"]
    if stability["rows"] < stability["of_rows"]:
        sentences.append(
            f"Stability was judged on a sample of {stability['rows']:,} customers, which is a "
            "little harsher than on all."
        )
    sentences.append("A segment describes an average; single customers differ from it.")
    return [*sentences, *clustering["notes"]]


def _structure(metrics: Facts) -> dict[str, str]:
    p = metrics["structure_p_value"]
    if metrics["structured"]:
        return _answer(
            "Are there segments at all?",
            "Yes",
            f"The data hold more than one population ({p_value(p)}).",
            "good",
        )
    return _answer(
        "Are there segments at all?",
        "No sign of any",
        f"One population can explain the data ({p_value(p)}); the groups are a convenient cut.",
        "bad",
    )


def _undivided(metrics: Facts, clustering: Facts) -> dict[str, str]:
    algorithm = clustering["algorithm"]
    found = "only one dense region" if metrics["k"] else "no dense region"
    why = f"{algorithm} found {found}. Change its settings in train.{algorithm}, or try another."
    return _answer("Did the algorithm find them?", "No", why, "bad")


def _stability(clustering: Facts) -> dict[str, str]:
    question = "Would they come back?"
    stability = clustering["stability"]
    segments = stability["segments"]
    firm = sum(found["jaccard"] >= VALID for found in segments.values())
    worst = min(segments, key=lambda i: segments[i]["jaccard"])
    similarity = (
        f"When customers are drawn again, segment {worst} is the least stable: "
        f"similarity {segments[worst]['jaccard']:.2f} "
        f"(standard error {segments[worst]['se']:.2f}), {segments[worst]['verdict']}."
    )
    if firm == len(segments):
        return _answer(question, "Both do" if firm == 2 else f"All {firm} do", similarity, "good")
    if firm == 0:
        return _answer(question, "None does reliably", similarity, "bad")
    return _answer(question, f"{firm} of {len(segments)} do", similarity, "doubtful")


def _agreement(metrics: Facts, choice: Facts) -> dict[str, str]:
    k, votes = metrics["k"], choice["votes"]
    if k != choice["k"]:
        why = f"train.k sets {k}; {choice['k']} was chosen by the rule {choice['rule']}."
        return _answer(f"Is {k} the right number?", "Set by hand", why, "doubtful")
    agreeing = sum(vote == k for vote in votes.values())
    others = sorted(set(votes.values()) - {k})
    why = f"{agreeing} of {len(votes)} criteria prefer {k}"
    if others:
        spread = f"{others[0]}" if len(others) == 1 else f"{others[0]} to {others[-1]}"
        why += f"; the others say {spread}"
    level: Level = "good" if agreeing > len(votes) / 2 else "doubtful"
    answer = "Agreed" if agreeing == len(votes) else "Mostly" if level == "good" else "Disputed"
    return _answer(f"Is {k} the right number?", answer, why + ".", level)


def _dominance(details: Facts) -> dict[str, str]:
    found = details["dominance"]
    question = "Is it just one column?"
    why = found["sentence"].replace("`", "“", 1).replace("`", "”", 1)
    if found["dominated"]:
        return _answer(question, "Yes", why, "bad")
    if found["score_of_the_others"] is None and found["score"] >= NEARLY:
        return _answer(question, "Largely", why, "doubtful")
    return _answer(question, "No", why, "good")


def _rows(customers: int, metrics: Facts, details: Facts) -> dict[str, str]:
    why = f"{customers:,} customers, {details['features']} features."
    noise = metrics["noise_share"]
    if noise:
        why += f" {percent(noise)} of them are in no segment."
    level: Level = "doubtful" if customers < 200 or noise > 0.25 else "plain"
    return _answer("What does it stand on?", f"{customers:,} customers", why, level)


def _reference(reference: Facts) -> dict[str, str]:
    kept, new, retired = (len(reference[name]) for name in ("kept", "new", "retired"))
    changes = [f"{kept} segments kept"]
    changes += [f"{new} new"] if new else []
    changes += [f"{retired} gone"] if retired else []
    moved = reference["moved_customers"]
    if moved is None:
        why = f"{', '.join(changes)}, recognised by their centroids: no customer is in both runs."
        return _answer("Same segments as before?", "By their centroids", why, "plain")
    share = moved / reference["common_customers"]
    why = (
        f"{', '.join(changes)}; {moved:,} of {reference['common_customers']:,} customers changed "
        f"segment (adjusted Rand index {reference['adjusted_rand']:.2f})."
    )
    if not kept or share > 0.5:
        return _answer("Same segments as before?", "No", why, "plain")
    answer = "Yes" if not (new or retired) and share < 0.1 else "In part"
    return _answer("Same segments as before?", answer, why, "plain")


def _shape(clustering: Facts, details: Facts) -> list[str]:
    segments = details["segments"]
    if not segments:
        return []
    longest = max(segments, key=lambda i: segments[i]["elongation"])
    radii = [found["radius"] for found in segments.values()]
    sentence = (
        f"Segment {longest} is the longest: {segments[longest]['elongation']:.1f} times as wide "
        "along its longest axis as on average over all axes (1 would be a ball)"
    )
    if len(radii) > 1 and min(radii) > 0:
        ratio = max(radii) / min(radii)
        sentence += f"; the widest segment is {ratio:.1f} times as wide as the narrowest"
    if clustering["algorithm"] in ("dbscan", "hdbscan", "gaussian_mixture"):
        return [sentence + "."]
    taste = f"{clustering['algorithm']} prefers round segments of similar width and cuts long ones"
    return [f"{sentence}. {taste}."]


def _answer(question: str, answer: str, why: str, level: Level) -> dict[str, str]:
    return {"question": question, "answer": answer, "why": why, "level": level}
