"""Can these segments be trusted? The questions that a reader should ask, each with its answer."""

from segmentation.artifacts.clustering import Clustering, ReferenceMatch
from segmentation.artifacts.grades import RELIABLE
from segmentation.artifacts.segments import Answer, Level
from segmentation.insight.found import Found
from segmentation.insight.numbers import p_value, percent


def trust(customers: int, found: Found) -> tuple[Answer, ...]:
    """Answer the questions about the segmentation as a whole.

    Parameters
    ----------
    customers : int
        How many it stands on.
    found : Found
    """
    answers = [_structure(found)]
    if found.metrics.k < 2:
        answers.append(_undivided(found))
    else:
        answers.append(_stability(found))
        if not found.clustering.finds_k:
            answers.append(_agreement(found))
        answers.append(_dominance(found))
    answers.append(_rows(customers, found))
    if found.clustering.reference:
        answers.append(_reference(found.clustering.reference))
    return tuple(answers)


def notice(found: Found) -> str | None:
    """Say what groups are that no structure stands behind; None for segments."""
    if found.structured or found.metrics.k < 2:
        return None
    firm, groups = _firm(found.clustering), len(found.clustering.stability.segments)
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


def limits(found: Found, *, scaling: str) -> tuple[str, ...]:
    """Say what the segments of this run can not tell, in sentences with its own figures.

    Parameters
    ----------
    found : Found
    scaling : str
        How customers became points, in a sentence.
    """
    kind = found.kind
    sentences = [*_shape(found), scaling]
    shown_share = sum(found.flat.explained_variance)
    hidden = percent(max(0.0, round(1 - shown_share, 6)))
    if hidden != "0%":
        shown = percent(shown_share)
        sentences.append(
            f"The flat map shows {shown} of the variance and hides {hidden}: {kind}s that overlap "
            "on it may lie apart."
        )
    if found.structured:
        sentences.append(
            "The structure test says that the data hold more than one population; it does not say "
            "that each segment is one."
        )
    else:
        sentences.append(
            "The structure test sees a split that leaves a gap or a dent in density; groups that "
            "overlap widely can escape it."
        )
    if found.details.silhouette.sampled:
        rows = found.details.silhouette.rows
        sentences.append(
            f"Silhouettes rest on a sample of {rows:,} customers, stratified by {kind}."
        )
    stability = found.clustering.stability
    if stability.rows < stability.of_rows:
        sentences.append(
            f"Stability was judged on a sample of {stability.rows:,} customers, which is a "
            "little harsher than on all."
        )
    sentences.append(f"A {kind} describes an average; single customers differ from it.")
    return (*sentences, *found.clustering.notes)


def _structure(found: Found) -> Answer:
    p = p_value(found.metrics.structure_p_value)
    if found.structured:
        return _answer(
            "Are there segments at all?",
            "Yes",
            f"The data hold more than one population ({p}).",
            "good",
        )
    return _answer(
        "Are there segments at all?",
        "No sign of any",
        f"One population can explain the data ({p}); the groups are a convenient cut.",
        "bad",
    )


def _undivided(found: Found) -> Answer:
    algorithm, group = found.clustering.algorithm, found.clustering.group
    number = "only one" if found.metrics.k else "no"
    why = (
        f"{algorithm} found {number} {group}. Change its settings in train.{algorithm}, or try "
        "another."
    )
    return _answer("Did the algorithm find them?", "No", why, "bad")


def _firm(clustering: Clustering) -> int:
    """How many come back when customers are drawn again."""
    return sum(each.grade in RELIABLE for each in clustering.stability.segments.values())


def _stability(found: Found) -> Answer:
    question = "Would they come back?"
    segments, firm = found.clustering.stability.segments, _firm(found.clustering)
    number, worst = min(segments.items(), key=lambda item: item[1].jaccard)
    why = (
        f"When customers are drawn again, {found.kind} {number} is the least stable: "
        f"similarity {worst.jaccard:.3f} (standard error {worst.se or 0.0:.3f}), {worst.grade}."
    )
    if firm == 0:
        return _answer(question, "None does reliably", why, "bad")
    level: Level = "good"
    if not found.structured:
        # Stable is not real: one population is often cut in the same place.
        level, why = "plain", f"{why} A cut through one population can come back too."
    if firm == len(segments):
        return _answer(question, "Both do" if firm == 2 else f"All {firm} do", why, level)
    does = "does" if firm == 1 else "do"
    return _answer(question, f"{firm} of {len(segments)} {does}", why, "doubtful")


def _agreement(found: Found) -> Answer:
    k, choice = found.metrics.k, found.choice
    votes = choice.votes
    if k != choice.k:
        why = f"train.k sets {k}; {choice.k} was chosen by the rule {choice.rule}."
        return _answer(f"Is {k} the right number?", "Set by hand", why, "doubtful")
    agreeing = sum(vote == k for vote in votes.values())
    others = sorted(set(votes.values()) - {k})
    prefer = "prefers" if agreeing == 1 else "prefer"
    why = f"{agreeing or 'None'} of {len(votes)} criteria {prefer} {k}"
    if others:
        spread = f"{others[0]}" if len(others) == 1 else f"{others[0]} to {others[-1]}"
        why += f"; the others say {spread}" if agreeing else f"; they say {spread}"
    if not found.structured:
        why += ". Where there is no structure, any number will do."
        return _answer(f"Is {k} the right number?", "No number is", why, "plain")
    level: Level = "good" if agreeing > len(votes) / 2 else "doubtful"
    answer = "Agreed" if agreeing == len(votes) else "Mostly" if level == "good" else "Disputed"
    return _answer(f"Is {k} the right number?", answer, why + ".", level)


_ANSWERS: dict[str, tuple[str, Level]] = {
    "yes": ("Yes", "bad"),
    "largely": ("Largely", "doubtful"),
    "no": ("No", "good"),
}


def _dominance(found: Found) -> Answer:
    dominance = found.details.dominance
    answer, level = _ANSWERS[dominance.answer]
    return _answer("Is it just one column?", answer, dominance.sentence, level)


def _rows(customers: int, found: Found) -> Answer:
    why = f"{customers:,} customers, {found.details.features} features."
    noise = found.metrics.noise_share
    if noise:
        why += f" {percent(noise)} of them are in no segment."
    level: Level = "doubtful" if customers < 200 or noise > 0.25 else "plain"
    return _answer("What does it stand on?", f"{customers:,} customers", why, level)


def _reference(reference: ReferenceMatch) -> Answer:
    kept, new, retired = map(len, (reference.kept, reference.new, reference.retired))
    changes = [f"{kept} segments kept"]
    changes += [f"{new} new"] if new else []
    changes += [f"{retired} gone"] if retired else []
    moved, agreement = reference.moved_customers, reference.adjusted_rand
    if moved is None or agreement is None:
        why = f"{', '.join(changes)}, recognised by their centroids: no customer is in both runs."
        return _answer("Same segments as before?", "By their centroids", why, "plain")
    share = moved / reference.common_customers
    why = (
        f"{', '.join(changes)}; {moved:,} of {reference.common_customers:,} customers changed "
        f"segment (adjusted Rand index {agreement:.2f})."
    )
    if not kept or share > 0.5:
        return _answer("Same segments as before?", "No", why, "plain")
    answer = "Yes" if not (new or retired) and share < 0.1 else "In part"
    return _answer("Same segments as before?", answer, why, "plain")


def _shape(found: Found) -> list[str]:
    segments, kind = found.details.segments, found.kind
    if not segments:
        return []
    number, longest = max(segments.items(), key=lambda item: item[1].elongation)
    radii = [shape.radius for shape in segments.values()]
    sentence = (
        f"{kind.capitalize()} {number} is the longest: {longest.elongation:.1f} "
        "times as wide along its longest axis as on average over all axes (1 would be a ball)"
    )
    if len(radii) > 1 and min(radii) > 0:
        ratio = max(radii) / min(radii)
        sentence += f"; the widest {kind} is {ratio:.1f} times as wide as the narrowest"
    clustering = found.clustering
    if not clustering.taste:
        return [sentence + "."]
    return [f"{sentence}. {clustering.algorithm} {clustering.taste.format(kind=kind)}."]


def _answer(question: str, answer: str, why: str, level: Level) -> Answer:
    return Answer(question=question, answer=answer, why=why, level=level)
