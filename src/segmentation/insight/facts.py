"""The facts of a run, which every page and picture is made from."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.artifacts.base import Pair
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.features import Flag, having
from segmentation.artifacts.grades import NOT_TRUSTED, RELIABLE
from segmentation.artifacts.privacy import FEWEST, described
from segmentation.artifacts.segments import (
    CategoryColumn,
    CategoryFigures,
    Condition,
    Evidence,
    LevelCondition,
    NumberColumn,
    NumberCondition,
    NumberFigures,
    Outside,
    Play,
    Profile,
    RuleOfThumb,
    Scope,
    Segment,
    Segments,
)
from segmentation.columns import Columns
from segmentation.insight.having import WithFlags, tell_once, words_for
from segmentation.insight.having import described as described_flags
from segmentation.insight.names import name_groups, name_segments
from segmentation.insight.numbers import amount, exact, number, percent, whole, with_range
from segmentation.insight.playbook import Playbook, absent_levels, absent_names, fitting
from segmentation.insight.plays import Miss, Recommendation, nearest_miss, recommend
from segmentation.insight.profiles import LARGEST, profile_everyone, profile_segments
from segmentation.insight.results import Results
from segmentation.insight.rules import Predicate, Rule, find_rules
from segmentation.insight.traits import NEAR, NEGLIGIBLE, NOTABLE, Trait, traits_of, unremarkable
from segmentation.insight.trust import advice, limits, notice, trust
from segmentation.settings.shared.data import has_unit

METHOD = {
    "intervals": (
        "Intervals are of 95%: were customers drawn anew from the same population and put into the "
        "same segments, 95% of such intervals would hold the true figure. They say how precise the "
        "description is, given the segments; they do not say that the segments exist."
    ),
    "double_dipping": (
        "The segments were found in the same columns in which they are compared, so that they "
        "differ there is no discovery, and a p-value would prove nothing. Whether the data hold "
        "segments is for the structure test to say."
    ),
    "index": (
        "100 is the average customer: the segment's mean, or share, over everyone's. A column with "
        "values below zero has none, and one within "
        f"{NEAR:g} of 100 is not called high or low: the difference is given instead."
    ),
    "difference": (
        "Standardised difference: the segment's mean minus everyone else's, over the root of the "
        "mean of both variances; a category counts as a yes or no."
    ),
    "marks": (
        f"What differs by at least {NOTABLE:g} standard deviations, and was confirmed after Holm's "
        "correction for all comparisons of the run."
    ),
    "unremarkable": (
        "Columns in which the interval of the difference lies within "
        f"±{NEGLIGIBLE:g} standard deviations: shown to be alike on average, not merely not shown "
        "to differ. Columns that the rule speaks of are left out."
    ),
    "one_column": (
        "How much a column explains: it alone predicts the segments of customers that it was not "
        "fitted to; the percentage is the adjusted mutual information of segments and prediction "
        "(0: no better than chance, 100: all)."
    ),
    "overlap": (
        "Of the customers that are in a segment or in its likeness in another draw, the share that "
        "is in both (Jaccard similarity), on average; below half, it has dissolved."
    ),
    "silhouette": (
        "How much nearer customers are to their own segment than to the next one (1: far nearer, "
        "0: on the border). Its standard error among the metrics takes the segments as given; the "
        "one in the evidence comes of clustering halves of the customers anew."
    ),
    "rule": (
        "Learnt on one half of a sample of customers; precision and coverage were counted on the "
        "other half."
    ),
    "plays": (
        "A play is named if every figure it asks for meets its bound and is confirmed: a bound on "
        "one side of the average needs a confirmed difference, a range around the average must "
        "hold the figure's whole interval."
    ),
}

DESCRIPTIVE = (
    "{columns}: described, but no feature. The segments were not found in {them} and rules are not "
    "made of {them}. So a difference there is a discovery, but not where a column is worked out "
    "from features."
)

_ENOUGH = 30  # customers who would show a notable difference (`NOTABLE`) if there were one

NO_PLAY = "No specific play: no condition in playbook.yaml is certain to hold here."
NO_PLAYS = "No specific play: playbook.yaml lists none."
NO_FITTING_PLAYS = "No specific play: those in playbook.yaml are about columns that are not there."
NOT_STABLE = (
    "No play: this segment does not come back when customers are drawn again, so a plan for it may "
    "soon be a plan for nobody."
)
BESIDE_A_HANDFUL = (
    f"Not described: beside everyone's figures, these would tell of fewer than {FEWEST} customers "
    "elsewhere."
)
HANDFUL = f"Fewer than {FEWEST} customers are not described: figures would give people away."
NO_SEGMENTS = (
    "No plays: the data hold no segments beyond one population, and acting on groups that were "
    "made for convenience would chase chance."
)


def describe(
    customers: pd.DataFrame | Columns,
    segment: NDArray[np.intp],
    results: Results,
    *,
    numeric: list[str],
    categorical: list[str],
    value: str | None,
    labels: Mapping[str, str],
    units: Mapping[str, str | None],
    playbook: Playbook,
    scaling: str,
    seed: int,
    descriptive: Collection[str] = (),
    reference: Mapping[int, str] | None = None,
    flags: Mapping[str, Flag] | None = None,
) -> Segments:
    """Work out everything that is told about a run's segments.

    Where no structure stands behind them, they get plain names and no plays. Neither does a
    segment that does not come back when customers are drawn again.

    Rules, and names unless nothing else marks a segment, are made of features alone: they say whom
    a segment is made of, which must be known of a new customer too, and a descriptive column is
    often an outcome that nobody knows yet.

    Parameters
    ----------
    customers : DataFrame or Columns of n rows
        With the columns named below; cells may be missing.
    segment : int array of shape (n,)
        Segment ids; negative for customers in none.
    results : Results
        What the stages before found of the same segments.
    numeric, categorical : list of str
        Columns to describe.
    value : str or None
        The numeric column that says what a customer is worth, if there is one.
    labels, units : mapping of str to str
        Of every column, for people; a unit may be missing or None.
    playbook : Playbook
    scaling : str
        How customers became points, in a sentence.
    seed : int
        Of the sample that rules are learnt and tested on.
    descriptive : collection of str
        Those of the columns that are no features: the segments were not found in them.
    reference : mapping of int to str, optional
        Names of an earlier run, by segment id.
    flags : mapping of str to Flag, optional
        The numbers that a yes or no stands beside. It is described like a category, but is no
        feature of its own, and no rule is made of it: all that is said by the number.
    """
    given = playbook
    flags = described_flags(flags or {}, (*numeric, *categorical))
    beside = list(map(having, flags))
    labels = {**labels, **{having(name): having(name.replace("_", " ")) for name in flags}}
    idle = {having(name) for name in numeric} - {*beside, *categorical}
    said = {name: words for name, words in given.words.items() if name not in idle}
    playbook = given.model_copy(update={"words": said})
    playbook, left_out = fitting(playbook, numeric=numeric, categorical=[*categorical, *beside])
    playbook = playbook.model_copy(update={"words": words_for(playbook.words, flags)})
    shape: dict[str, Any] = {
        "numeric": numeric,
        "categorical": [*categorical, *beside],
        "always": playbook.levels(),
    }
    customers = WithFlags(customers, flags) if flags else customers
    everyone = profile_everyone(customers, **shape)
    # Those in no segment are described like one more: nothing may be told by subtracting them.
    nobody = int(segment.max(initial=0)) + 1
    parts = np.where(segment < 0, nobody, segment) if (segment >= 0).any() else segment
    profiles = profile_segments(customers, parts, value=value, **shape)
    outside = profiles.pop() if nobody in parts else None
    rules = find_rules(
        customers,
        segment,
        numeric=[name for name in numeric if name not in descriptive],
        categorical=[name for name in categorical if name not in descriptive],
        seed=seed,
    )
    shown = described(parts)
    rules |= {i: "it is not described" for i in rules.keys() - shown if isinstance(rules[i], Rule)}
    traits = {profile.id: traits_of(profile) for profile in profiles}
    naming = {
        i: tell_once([trait for trait in these if trait.column not in descriptive] or these, beside)
        for i, these in traits.items()
    }
    # So many customers would show a notable difference if there were one. Whom a rule can find is
    # not like everyone else, even if the averages are.
    average = {
        p.id
        for p in profiles
        if p.id in shown and p.size >= _ENOUGH and not isinstance(rules[p.id], Rule)
    }
    tell_apart: dict[str, Any] = {
        "average": average,
        "faint": {p.id: _faint(p, descriptive) for p in profiles if traits[p.id]},
        "value": {p.id: p.value_mean for p in profiles},
    }
    names = (
        name_segments(naming, playbook, reference=reference, **tell_apart)
        if results.has_segments
        else name_groups(
            {
                i: [each for each in these if each.column not in beside]
                for i, these in naming.items()
            }
        )
    )
    kept = set(reference or {}) - set(playbook.names) if results.has_segments else set()
    made = name_segments(naming, Playbook(words=playbook.words), **tell_apart)
    levels = {
        name: list(column.levels)
        for name, column in everyone.items()
        if isinstance(column, CategoryFigures)
    }
    unassigned = int((segment < 0).sum())
    return Segments(
        headline=headline(results, customers=len(customers), unassigned=unassigned),
        notice=notice(results),
        customers=len(customers),
        unassigned=unassigned,
        value=value,
        structure=results.structure,
        scope=Scope(
            rows=len(customers),
            columns=len(numeric) + len(categorical),
            numeric=len(numeric),
            categorical=len(categorical),
        ),
        columns={
            name: _column(
                figures,
                label=labels[name],
                unit=units.get(name),
                feature=name not in (*descriptive, *beside),
            )
            for name, figures in everyone.items()
        },
        segments=tuple(
            _segment(
                profile,
                results,
                name=names[profile.id],
                traits=traits[profile.id],
                rule=rules[profile.id],
                fresh=made[profile.id] if profile.id in kept & shown else None,
                shown=profile.id in shown,
                given=given,
                playbook=playbook,
                value=value,
                labels=labels,
                units=units,
            )
            for profile in profiles
        ),
        outside=outside and _outside(outside, labels, shown=nobody in shown),
        trust=trust(len(customers), results),
        advice=advice(len(customers), results, value=None if value is None else labels[value]),
        limits=limits(results, scaling=scaling),
        method=METHOD | _method([labels[name] for name in everyone if name in descriptive]),
        playbook_notes=(
            *left_out,
            *absent_levels(playbook, levels),
            *absent_names(playbook, list(names)),
            *_without_index(playbook, profiles, value=value),
        ),
    )


def _faint(profile: Profile, descriptive: Collection[str]) -> list[Trait]:
    """What marks a segment less than its traits do, which are not among them."""
    return [
        trait
        for trait in traits_of(profile, at_least=NEGLIGIBLE)
        if abs(trait.difference) < NOTABLE and trait.column not in descriptive
        and not trait.near_average
    ]  # fmt: skip


def _column(
    figures: NumberFigures | CategoryFigures, *, label: str, unit: str | None, feature: bool
) -> NumberColumn | CategoryColumn:
    said: dict[str, Any] = {"label": label, "unit": unit, "feature": feature}
    if isinstance(figures, NumberFigures):
        return NumberColumn(**dict(figures), **said)
    return CategoryColumn(**dict(figures), **said)


def _method(descriptive: list[str]) -> dict[str, str]:
    if not descriptive:
        return {}
    them = "it" if len(descriptive) == 1 else "them"
    return {"descriptive": DESCRIPTIVE.format(columns=", ".join(descriptive), them=them)}


def _without_index(playbook: Playbook, profiles: list[Profile], *, value: str | None) -> list[str]:
    """Say which conditions cannot hold because the column has no index in any segment."""
    told = []
    for play in playbook.plays:
        for condition in play.when:
            column = condition.column or value
            if condition.level is not None:
                continue
            if column is None:
                told.append(
                    f"playbook.yaml: the play '{play.name}' asks for the value index, but no "
                    "data.value in params.yaml says what a customer is worth"
                )
                continue
            figures = [profile.numeric[column] for profile in profiles]
            if any(f.mean is not None for f in figures) and all(f.index is None for f in figures):
                told.append(
                    f"playbook.yaml: the play '{play.name}' asks for the index of {column}, which "
                    "has none: where values are below zero, the average is no yardstick"
                )
    return told


def _segment(
    profile: Profile,
    results: Results,
    *,
    name: str,
    traits: list[Trait],
    rule: Rule | str,
    fresh: str | None,
    shown: bool,
    given: Playbook,
    playbook: Playbook,
    value: str | None,
    labels: Mapping[str, str],
    units: Mapping[str, str | None],
) -> Segment:
    stability = results.clustering.stability.segments[profile.id]
    stable = stability.grade != NOT_TRUSTED
    plays = (
        [_play(each) for each in recommend(profile, playbook.plays, value=value)]
        if results.has_segments and stable
        else []
    )
    no_plays = _why_no_play(
        has_segments=results.has_segments,
        stable=stable,
        given=len(given.plays),
        fitting=len(playbook.plays),
        nearest=nearest_miss(profile, playbook.plays, value=value),
    )
    aged = fresh not in (None, name)
    return Segment(
        **dict(profile),
        name=name,
        name_note=f"The name is the reference's; today these would be called: {fresh}."
        if aged
        else None,
        marks=tuple(in_words(trait, labels) for trait in traits),
        marks_note=None if traits else _why_no_marks(profile, rule, results.kind, shown=shown),
        unremarkable=tuple(
            labels[column] for column in unremarkable(profile) if column not in _spoken_of(rule)
        ),
        rule=None if isinstance(rule, str) else _rule(rule, results.kind, units),
        rule_note=f"No rule of thumb: {rule}." if isinstance(rule, str) else None,
        plays=tuple(plays),
        plays_note=None if plays else no_plays,
        stability=stability,
        shape=results.details.segments.get(profile.id),
    )


def _outside(profile: Profile, labels: Mapping[str, str], *, shown: bool) -> Outside:
    marks = tuple(in_words(trait, labels) for trait in traits_of(profile))
    note = None
    if not marks:
        note = "On average they are much like everyone else."
        if not shown:
            note = HANDFUL if profile.size < FEWEST else BESIDE_A_HANDFUL
    return Outside(**dict(profile), marks=marks, marks_note=note)


def _why_no_play(
    *, has_segments: bool, stable: bool, given: int, fitting: int, nearest: Miss | None
) -> str:
    if not has_segments:
        return NO_SEGMENTS
    if not stable:
        return NOT_STABLE
    if not given:
        return NO_PLAYS
    if not fitting:
        return NO_FITTING_PLAYS
    if nearest is None:
        return NO_PLAY
    chance = ", which may be chance" if nearest.uncertain else ""
    return (
        f"No specific play. “{nearest.play.name}” comes nearest, but for "
        f"{_figure_in_words(nearest.evidence)}{chance}."
    )


def _why_no_marks(profile: Profile, rule: Rule | str, kind: str, *, shown: bool) -> str:
    if not shown:
        return HANDFUL if profile.size < FEWEST else BESIDE_A_HANDFUL
    if isinstance(rule, str):
        return f"No average or share was found that sets this {kind} clearly apart."
    return (
        f"No average or share alone sets this {kind} clearly apart; the rule of thumb says whom it "
        "holds."
    )


def _spoken_of(rule: Rule | str) -> set[str]:
    return set() if isinstance(rule, str) else {each.column for each in rule.conditions}


def in_words(trait: Trait, labels: Mapping[str, str]) -> str:
    """Say a trait with its number: ``income ($ a year): 118,000 on average, index 182 (…)``."""
    if trait.level is not None:
        text = f"{labels[trait.column]} {trait.level}: {percent(trait.typical)}"
        if trait.index is not None:
            text += f", {trait.index / 100:.1f} times the usual share"
            text += _range(trait.index_interval, lambda limit: f"{limit / 100:.1f}")
        return text
    text = f"{labels[trait.column]}: {number(trait.typical)} on average"
    if trait.index is not None and not trait.near_average:
        return f"{text}, index {whole(trait.index)}{_range(trait.index_interval, whole)}"
    side = "above" if trait.difference > 0 else "below"
    far = abs(trait.difference)
    amount = f"at least {LARGEST:g}" if far >= LARGEST else f"{far:.1f}"
    typical, limits = with_range(trait.typical, trait.typical_interval)
    text = f"{labels[trait.column]}: {typical} on average"
    if limits:
        text += f" ({limits[0]} to {limits[1]})"
    return f"{text}, {amount} standard deviations {side} everyone else"


def _range(interval: Pair | None, write: Callable[[float], str]) -> str:
    return f" ({write(interval[0])} to {write(interval[1])})" if interval else ""


def _play(recommended: Recommendation) -> Play:
    return Play(
        name=recommended.play.name,
        action=recommended.play.action,
        channel=recommended.play.channel,
        measure=recommended.play.measure,
        because=tuple(_figure_in_words(evidence) for evidence in recommended.evidence),
        evidence=recommended.evidence,
    )


def _figure_in_words(evidence: Evidence) -> str:
    bounds = [f"at least {evidence.min:g}"] if evidence.min is not None else []
    bounds += [f"at most {evidence.max:g}"] if evidence.max is not None else []
    asked = f"; the play asks for {' and '.join(bounds)}"
    column = evidence.column.replace("_", " ")
    if evidence.level is None:
        text = f"{column}: index {whole(evidence.value)}"
        limits = _range(evidence.interval, whole)
    else:
        text = f"{column} {evidence.level}: {evidence.value:.1f} times as frequent as usual"
        limits = _range(evidence.interval, lambda limit: f"{limit:.1f}")
    return text + (limits[:-1] + asked + ")" if limits else f" ({asked[2:]})")


def _rule(rule: Rule, kind: str, units: Mapping[str, str | None]) -> RuleOfThumb:
    *before, last = (_condition_in_words(each, units) for each in rule.conditions)
    what = " and ".join(filter(None, (", ".join(before), last)))
    text = (
        f"{what[0].upper()}{what[1:]}: of such customers {percent(rule.precision)} "
        f"({_percents(rule.precision_interval)}) are in this {kind}, and so "
        f"{percent(rule.coverage)} ({_percents(rule.coverage_interval)}) of the {kind} are found."
    )
    return RuleOfThumb(
        conditions=tuple(_condition(each) for each in rule.conditions),
        precision=rule.precision,
        precision_interval=rule.precision_interval,
        coverage=rule.coverage,
        coverage_interval=rule.coverage_interval,
        rows=rule.rows,
        text=text,
    )


def _condition(each: Predicate) -> Condition:
    if isinstance(each.value, str):
        return LevelCondition(column=each.column, op="=", level=each.value)
    op: Literal[">", "<="] = ">" if each.op == ">" else "<="
    return NumberCondition(column=each.column, op=op, value=each.value)


def _condition_in_words(each: Predicate, units: Mapping[str, str | None]) -> str:
    """``income over $84,000 a year``, ``age at most 40 years``, ``town Bonn``."""
    column = each.column.replace("_", " ").strip()
    if isinstance(each.value, str):
        return f"{column} {each.value}"
    unit = units.get(each.column) or ""
    if unit and has_unit(column, unit):  # membership years
        unit = ""
    return f"{column} {'over' if each.op == '>' else 'at most'} {amount(exact(each.value), unit)}"


def _percents(interval: Pair) -> str:
    return f"{percent(interval[0]).removesuffix('%')} to {percent(interval[1])}"


def left_open(choice: Choice, *, k: int | None = None) -> str:
    """Say what the data leave open, of how many segments there are and of structure at all.

    Parameters
    ----------
    choice : Choice
    k : int, optional
        The number of segments that is told, where it may be another.
    """
    doubts = []
    if k is not None and choice.open and k == choice.k:
        *first, last = sorted({k, *(each.k for each in choice.alternatives)})
        doubts.append(f"how many ({', '.join(map(str, first))} or {last})")
    if len(choice.possible) > 1:
        doubts.append(
            "whether there are gaps"
            if "one" not in choice.possible
            else "whether they are more than one population"
        )
    return f"; the data leave open {' and '.join(doubts)}" if doubts else ""


def headline(results: Results, *, customers: int, unassigned: int) -> str:
    """Say in one line what was found."""
    k, assigned = results.metrics.k, customers - unassigned
    if not k:
        return f"No segments: all {customers:,} customers are in none"
    if results.structure == "one":
        return (
            f"No structure: {assigned:,} customers look like one population; the {k} groups below "
            f"are a convenience{left_open(results.choice)}"
        ).replace("the 1 groups below are", "the group below is")
    if k == 1:
        return f"One segment holds {assigned:,} of {customers:,} customers"
    outside = f"; {unassigned:,} are in none" if unassigned else ""
    segments = results.clustering.stability.segments.values()
    shaky = all(each.grade not in RELIABLE for each in segments)
    doubt = "; no segment reliably comes back when customers are drawn again" if shaky else ""
    open_to = left_open(results.choice, k=k)
    if results.structure == "graded":
        without = "" if open_to else ", without gaps"
        return (
            f"{assigned:,} customers differ by degrees{without}; the {k} segments are slices of a "
            f"continuum{outside}{doubt}{open_to}"
        )
    return f"{assigned:,} customers fall into {k} segments{outside}{doubt}{open_to}"
