"""Can these segments be trusted? The questions that a reader should ask, each with its answer."""

from collections.abc import Mapping
from typing import Any, Literal

from segmentation.clustering.metrics.jaccard import RELIABLE
from segmentation.insight.numbers import p_value, percent

Facts = Mapping[str, Any]
Level = Literal["good", "doubtful", "bad", "plain"]


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
        answers.append(_stability(metrics, clustering))
        if not clustering["finds_k"]:
            answers.append(_agreement(metrics, choice))
        answers.append(_dominance(details))
    answers.append(_rows(customers, metrics, details))
    if clustering["reference"]:
        answers.append(_reference(clustering["reference"]))
    return answers


def notice(*, metrics: Facts, clustering: Facts) -> str | None:
    """Say what groups are that no structure stands behind; None for segments."""
    if metrics["structured"] or metrics["k"] < 2:
        return None
    firm, groups = _firm(clustering), len(clustering["stability"]["segments"])
    again = {
        0: "Another sample would be cut elsewhere, so do not expect to meet them again.",
        groups: (
            "Another sample would be cut in much the same place, as a cloud of one shape is; that "
            "does not make them segments."
        ),
    }.get(firm, "Another sample would be cut elsewhere in part.")
    return (
        "They cut one population into parts of similar customers, which can help to share out "
        f"work. {again} Do not build strategies on them."
    )


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
    kind = _kind(metrics)
    sentences = [*_shape(clustering, details, kind), scaling]
    hidden = percent(max(0.0, round(1 - sum(pca["explained_variance"]), 6)))
    if hidden != "0%":
        shown = percent(sum(pca["explained_variance"]))
        sentences.append(
            f"The flat map shows {shown} of the variance and hides {hidden}: {kind}s that overlap "
            "on it may lie apart."
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
            f"Silhouettes rest on a sample of {rows:,} customers, stratified by {kind}."
        )
    stability = clustering["stability"]
    if stability["rows"] < stability["of_rows"]:
        sentences.append(
            f"Stability was judged on a sample of {stability['rows']:,} customers, which is a "
            "little harsher than on all."
        )
    sentences.append(f"A {kind} describes an average; single customers differ from it.")
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


def _kind(metrics: Facts) -> str:
    """What the parts are called: nothing that no structure stands behind is a segment."""
    return "segment" if metrics["structured"] else "group"


def _firm(clustering: Facts) -> int:
    """How many come back when customers are drawn again."""
    segments = clustering["stability"]["segments"].values()
    return sum(found["verdict"] in RELIABLE for found in segments)


def _stability(metrics: Facts, clustering: Facts) -> dict[str, str]:
    question = "Would they come back?"
    segments, firm = clustering["stability"]["segments"], _firm(clustering)
    worst = min(segments, key=lambda i: segments[i]["jaccard"])
    why = (
        f"When customers are drawn again, {_kind(metrics)} {worst} is the least stable: "
        f"similarity {segments[worst]['jaccard']:.3f} "
        f"(standard error {segments[worst]['se']:.3f}), {segments[worst]['verdict']}."
    )
    if firm == 0:
        return _answer(question, "None does reliably", why, "bad")
    level: Level = "good"
    if not metrics["structured"]:
        # Stable is not real: one population is often cut in the same place.
        level, why = "plain", f"{why} A cut through one population can come back too."
    if firm == len(segments):
        return _answer(question, "Both do" if firm == 2 else f"All {firm} do", why, level)
    does = "does" if firm == 1 else "do"
    return _answer(question, f"{firm} of {len(segments)} {does}", why, "doubtful")


def _agreement(metrics: Facts, choice: Facts) -> dict[str, str]:
    k, votes = metrics["k"], choice["votes"]
    if k != choice["k"]:
        why = f"train.k sets {k}; {choice['k']} was chosen by the rule {choice['rule']}."
        return _answer(f"Is {k} the right number?", "Set by hand", why, "doubtful")
    agreeing = sum(vote == k for vote in votes.values())
    others = sorted(set(votes.values()) - {k})
    prefer = "prefers" if agreeing == 1 else "prefer"
    why = f"{agreeing or 'None'} of {len(votes)} criteria {prefer} {k}"
    if others:
        spread = f"{others[0]}" if len(others) == 1 else f"{others[0]} to {others[-1]}"
        why += f"; the others say {spread}" if agreeing else f"; they say {spread}"
    if not metrics["structured"]:
        why += ". Where there is no structure, any number will do."
        return _answer(f"Is {k} the right number?", "No number is", why, "plain")
    level: Level = "good" if agreeing > len(votes) / 2 else "doubtful"
    answer = "Agreed" if agreeing == len(votes) else "Mostly" if level == "good" else "Disputed"
    return _answer(f"Is {k} the right number?", answer, why + ".", level)


def _dominance(details: Facts) -> dict[str, str]:
    found = details["dominance"]
    answers: dict[str, tuple[str, Level]] = {
        "yes": ("Yes", "bad"),
        "largely": ("Largely", "doubtful"),
        "no": ("No", "good"),
    }
    answer, level = answers[found["verdict"]]
    return _answer("Is it just one column?", answer, found["sentence"], level)


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


def _shape(clustering: Facts, details: Facts, kind: str) -> list[str]:
    segments = details["segments"]
    if not segments:
        return []
    longest = max(segments, key=lambda i: segments[i]["elongation"])
    radii = [found["radius"] for found in segments.values()]
    sentence = (
        f"{kind.capitalize()} {longest} is the longest: {segments[longest]['elongation']:.1f} "
        "times as wide along its longest axis as on average over all axes (1 would be a ball)"
    )
    if len(radii) > 1 and min(radii) > 0:
        ratio = max(radii) / min(radii)
        sentence += f"; the widest {kind} is {ratio:.1f} times as wide as the narrowest"
    if clustering["algorithm"] in ("dbscan", "hdbscan", "gaussian_mixture"):
        return [sentence + "."]
    taste = f"{clustering['algorithm']} prefers round {kind}s of similar width and cuts long ones"
    return [f"{sentence}. {taste}."]


def _answer(question: str, answer: str, why: str, level: Level) -> dict[str, str]:
    return {"question": question, "answer": answer, "why": why, "level": level}
