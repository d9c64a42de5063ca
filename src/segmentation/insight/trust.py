"""Can these segments be trusted? The questions that a reader should ask, each with its answer."""

from segmentation.artifacts.choice import SmallGroup
from segmentation.artifacts.clustering import Clustering, ReferenceMatch
from segmentation.artifacts.grades import RELIABLE
from segmentation.artifacts.metrics import MUCH_NOISE
from segmentation.artifacts.segments import Answer, Level
from segmentation.artifacts.structure import OPEN_WORDS
from segmentation.insight.numbers import odds, percent
from segmentation.insight.results import Results

# Round numbers, this and MUCH_NOISE, without a calibration on record (docs/profiles.md, "Can they
# be trusted?").
_FEW = 200  # customers

_OTHER_ALGORITHM = (
    "Let another algorithm look: train.algorithm: kmeans cuts any data into a given number of "
    "parts, and says whether there is something behind them."
)
_BEHAVIOUR = (
    "Add columns that say what customers do (what they buy, how often, when last), not only who "
    "they are. Groups show there first."
)
_DROWNED = (
    "See whether a column drowns the others: leave out what is beside the question (data.ignore in "
    "params.yaml), or the categories (featurize.encoding: none)."
)


def trust(customers: int, results: Results) -> tuple[Answer, ...]:
    """Answer the questions about the segmentation as a whole.

    Parameters
    ----------
    customers : int
        How many it stands on.
    results : Results
    """
    answers = [_structure(results)]
    if results.metrics.k < 2:
        answers.append(_undivided(results))
    else:
        answers.append(_stability(results))
        if not results.clustering.finds_k:
            answers.append(_agreement(results))
        answers.append(_dominance(results))
    if results.choice.small_group:
        answers.append(_small_group(results.choice.small_group))
    answers.append(_rows(customers, results))
    if results.clustering.reference:
        answers.append(_reference(results.clustering.reference))
    return tuple(answers)


def notice(results: Results) -> str | None:
    """Say what slices and groups are that no gaps stand between; None for separate segments."""
    if results.structure == "separate" or results.metrics.k < 2:
        return None
    if results.structure == "graded":
        said = (
            "Customers differ, but by degrees: where one segment ends and the next begins is a "
            f"choice.{_near_a_border(results)} Good for planning and for sharing out work"
        )
        if results.metrics.border_share == 0:
            return f"{said}."
        return f"{said}; do not expect customers on two sides of a border to differ much."
    firm, groups = _firm(results.clustering), len(results.clustering.stability.segments)
    again = {
        0: "Another sample would be cut elsewhere, so do not expect to meet them again.",
        groups: (
            "Another sample would be cut in much the same place, as a cloud of one shape is; that "
            "does not make them real."
        ),
    }.get(firm, "Another sample would be cut elsewhere in part.")
    return (
        "They cut one population into parts of similar customers, which can help to share out "
        f"work. {again} Do not build strategies on them."
    )


def advice(customers: int, results: Results, *, value: str | None) -> tuple[str, ...]:
    """Say what to try where there is nothing to act on; nothing where there is.

    Parameters
    ----------
    customers : int
    results : Results
    value : str or None
        The value column's name for people, if there is one.
    """
    if results.has_segments and results.metrics.k >= 2:
        return ()
    settings = f"train.{results.clustering.algorithm} in params.yaml"
    if results.has_segments:
        return (_OTHER_ALGORITHM, f"Or loosen the settings of this one, under {settings}.")
    more = "Look at another period, or at one kind of customers only."
    if customers < 5 * _FEW:
        more = f"Come back with more customers: among {customers:,} a weak structure is not seen."
    by = f"quarters by {value}" if value else "its categories"
    cut = (
        f"If one figure decides what you do, cut by it openly: {by} are a plan that "
        "everybody understands, and nobody will take them for more."
    )
    return (_BEHAVIOUR, cut, more, _DROWNED)


def limits(results: Results, *, scaling: str) -> tuple[str, ...]:
    """Say what the segments of this run can not tell, in sentences with its own figures.

    Parameters
    ----------
    results : Results
    scaling : str
        How customers became points, in a sentence.
    """
    kind = results.kind
    sentences = [*_shape(results), scaling]
    shown_share = sum(results.flat.explained_variance)
    hidden = percent(max(0.0, round(1 - shown_share, 6)))
    if hidden != "0%":
        shown = percent(shown_share)
        sentences.append(
            f"The flat map shows {shown} of the variance and hides {hidden}: {kind}s that overlap "
            "on it may lie apart."
        )
    if results.structure == "separate":
        sentences.append(
            "The structure test says that there are gaps between groups of customers; it does not "
            "say that each segment is one."
        )
    elif results.structure == "graded":
        sentences.append(
            "The structure test finds more than one population, but no gaps: groups that overlap "
            "widely look like a continuum to it."
        )
    else:
        sentences.append(
            "The structure test sees a split that leaves a gap or a dent in density; groups that "
            "overlap widely can escape it."
        )
    if results.details.silhouette.sampled:
        rows = results.details.silhouette.rows
        sentences.append(
            f"Silhouettes rest on a sample of {rows:,} customers, stratified by {kind}."
        )
    stability = results.clustering.stability
    if stability.rows < stability.of_rows:
        sentences.append(
            f"Stability was judged on a sample of {stability.rows:,} customers, which is a "
            "little harsher than on all."
        )
    sentences.append(f"A {kind} describes an average; single customers differ from it.")
    return (*sentences, *results.clustering.notes)


def _structure(results: Results) -> Answer:
    choice = results.choice
    if len(choice.possible) > 1:
        words = [OPEN_WORDS[answer] for answer in choice.possible]
        return _answer(
            f"Are there {results.kind}s at all?",
            "The data leave it open",
            f"They may be {', '.join(words[:-1])} or {words[-1]}: the draws of one population that "
            "they are compared with do not settle it. This page takes them for the simplest, "
            f"{OPEN_WORDS[results.structure]}.",
            "doubtful",
        )
    p = results.metrics.structure_p_value
    if results.structure == "separate":
        if results.metrics.separate_p_value is not None:
            p = results.metrics.separate_p_value
        return _answer(
            "Are there segments at all?",
            "Yes",
            "There are groups of customers with gaps between them. A population without groups "
            f"would show such gaps in {odds(p)} cases.",
            "good",
        )
    if results.structure == "graded":
        return _answer(
            "Are there segments at all?",
            "By degrees",
            "Customers differ more than in one population (which would look like this in "
            f"{odds(p)} cases), but there are no gaps: the segments are slices of a continuum."
            f"{_near_a_border(results)}",
            "plain",
        )
    return _answer(
        "Are there groups at all?",
        "No sign of any",
        f"Customers without any groups would look like this, too, in {odds(p)} cases; the groups "
        "here are a convenient cut.",
        "bad",
    )


def _near_a_border(results: Results) -> str:
    share = results.metrics.border_share
    if share is None:
        return ""
    of = f"{percent(share)} of the" if share else "No"
    return f" {of} customers stand near a border, about as close to another one."


def _undivided(results: Results) -> Answer:
    algorithm, group = results.clustering.algorithm, results.clustering.group
    number = "only one" if results.metrics.k else "no"
    why = (
        f"{algorithm} found {number} {group}. Change its settings in train.{algorithm}, or try "
        "another."
    )
    return _answer("Did the algorithm find them?", "No", why, "bad")


def _small_group(group: SmallGroup) -> Answer:
    return _answer(
        "Does it miss a small group?",
        "One",
        f"About {percent(group.share)} of the customers stand apart with a gap around them, and no "
        f"segment is theirs. To see them, set train.algorithm to {group.algorithm}.",
        "doubtful",
    )


def _firm(clustering: Clustering) -> int:
    """How many come back when customers are drawn again."""
    return sum(each.grade in RELIABLE for each in clustering.stability.segments.values())


def _stability(results: Results) -> Answer:
    question = "Would they come back?"
    stability = results.clustering.stability
    segments, firm = stability.segments, _firm(results.clustering)
    number, worst = min(segments.items(), key=lambda item: item[1].jaccard)
    # In the digits by which it is graded, unless it is all but whole.
    whole = 0.995 <= worst.jaccard < 1
    overlap = "more than 99%" if whole else f"{100 * worst.jaccard:.1f}%"
    the, only = ("Even the", "") if firm == len(segments) else ("The", " only")
    why = (
        f"Customers were drawn again {stability.resamples} times. {the} {results.kind} that "
        f"changes most, {number}, overlaps with itself by {overlap}{only}."
    )
    if firm == 0:
        return _answer(question, "None does reliably", why, "bad")
    level: Level = "good"
    if not results.has_segments:
        # Stable is not real: one population is often cut in the same place.
        level, why = "plain", f"{why} A cut through one population can come back too."
    if firm == len(segments):
        return _answer(question, "Both do" if firm == 2 else f"All {firm} do", why, level)
    does = "does" if firm == 1 else "do"
    return _answer(question, f"{firm} of {len(segments)} {does}", why, "doubtful")


def _agreement(results: Results) -> Answer:
    k, choice = results.metrics.k, results.choice
    votes = choice.votes
    if k != choice.k:
        why = f"Somebody asked for {k} (train.k). The data speak for {choice.k}."
        return _answer(f"Is {k} the right number?", "Set by hand", why, "doubtful")
    agreeing = sum(vote == k for vote in votes.values())
    others = sorted(set(votes.values()) - {k})
    if choice.rule == "fixed":
        why = (
            f"Somebody asked for {k} (select_k.k); {agreeing or 'none'} of {len(votes)} criteria "
            "would have."
        )
        return _answer(f"Is {k} the right number?", "Set by hand", why, "doubtful")
    prefer = "prefers" if agreeing == 1 else "prefer"
    why = f"{agreeing or 'None'} of {len(votes)} criteria {prefer} {k}"
    if others:
        spread = f"{others[0]}" if len(others) == 1 else f"{others[0]} to {others[-1]}"
        why += f"; the others say {spread}" if agreeing else f"; they say {spread}"
    if not results.has_segments:
        why += ". Where there is no structure, any number will do."
        return _answer(f"Is {k} the right number?", "No number is", why, "plain")
    if choice.open:
        shares = [f"{each.k} in {percent(each.share)}" for each in choice.alternatives]
        why = (
            f"With a random half of the customers the answer is {', '.join(shares[:-1])} and "
            f"{shares[-1]} of the draws. {why}."
        )
        return _answer(f"Is {k} the right number?", "The data leave it open", why, "doubtful")
    level: Level = "good" if agreeing > len(votes) / 2 else "doubtful"
    answer = "Agreed" if agreeing == len(votes) else "Mostly" if level == "good" else "Disputed"
    return _answer(f"Is {k} the right number?", answer, why + ".", level)


_ANSWERS: dict[str, tuple[str, Level]] = {
    "yes": ("Yes", "bad"),
    "largely": ("Largely", "doubtful"),
    "no": ("No", "good"),
}


def _dominance(results: Results) -> Answer:
    dominance = results.details.dominance
    answer, level = _ANSWERS[dominance.answer]
    return _answer("Is it just one column?", answer, dominance.sentence, level)


def _rows(customers: int, results: Results) -> Answer:
    why = f"{results.details.features} features of each."
    if customers < _FEW:
        why += f" Below {_FEW} customers, groups are easily missed and their figures vague."
    noise = results.metrics.noise_share
    if noise:
        why += f" {percent(noise)} of the customers are in no segment."
    level: Level = "doubtful" if customers < _FEW or noise > MUCH_NOISE else "plain"
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


def _shape(results: Results) -> list[str]:
    segments, kind = results.details.segments, results.kind
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
    clustering = results.clustering
    if not clustering.taste:
        return [sentence + "."]
    return [f"{sentence}. {clustering.algorithm} {clustering.taste.format(kind=kind)}."]


def _answer(question: str, answer: str, why: str, level: Level) -> Answer:
    return Answer(question=question, answer=answer, why=why, level=level)
