"""Pictures of a change: who went where, both curves, and the pictures of both runs."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from markupsafe import Markup
from matplotlib.figure import Figure

from segmentation.artifacts.segments import NO_SEGMENT
from segmentation.clustering.identity.matching import NOISE
from segmentation.monitoring.migration import ABSENT, Migration, SegmentChange, cells
from segmentation.review.side import Side
from segmentation.views import evaluation, findings, profiles
from segmentation.views.colours import ACCENT, MUTED, colour, painted
from segmentation.views.flows import BAR, LETTERS, MOVES, STAYS, Bars, band, gap_of, more_room
from segmentation.views.style import as_svg, figure, short, wrapped
from segmentation.views.svg import inline

CURVES = {"silhouette": "mean silhouette", "inertia": "inertia"}


def curves(base: Side, head: Side) -> Figure:
    """Draw silhouette and inertia by k of both revisions over each other."""
    picture = figure(9.6, 3.6)
    for axes, (name, label) in zip(picture.subplots(1, 2), CURVES.items(), strict=True):
        for revision, look in (
            (base, {"color": MUTED, "linestyle": "--", "marker": "s"}),
            (head, {"color": ACCENT, "linestyle": "-", "marker": "o"}),
        ):
            curve = revision.curve
            if curve is None or name not in curve:
                continue
            axes.errorbar(
                curve.k,
                curve[name],
                yerr=curve.get(f"{name}_se"),
                capsize=3,
                label=short(revision.name),
                **look,
            )
        axes.set_title(label[0].upper() + label[1:])
        axes.set_xlabel("number of segments k")
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        axes.legend()
    return picture


def migration(migration: Migration) -> Figure:
    """Draw customers flowing from the base's segments (left) to the head's (right).

    Parameters
    ----------
    migration : Migration
        Those who stay are pale; those who move have the colour of the segment they leave.
    """
    table = migration.table
    base, head = table.sum(axis=1), table.sum(axis=0)
    names = [
        {
            i: wrapped(f"{name_of(migration, i, of_head=of_head)}: {size:,}", LETTERS)
            for i, size in zip(sizes.index.tolist(), sizes, strict=True)
        }
        for sizes, of_head in ((base, False), (head, True))
    ]
    lines, more = more_room(max(table.shape), [text for each in names for text in each.values()])
    tall = 1.4 + 0.42 * max(table.shape) + more
    picture = figure(9.6, tall)
    axes = picture.subplots()
    gap = gap_of(table.to_numpy().sum(), max(table.shape), height=tall, lines=lines)
    left = Bars.of(base, x=0.0, gap=gap)
    right = Bars.of(head, x=1.0, gap=gap)
    like = painted_like(migration.segments)
    hues = {segment: _hue(segment) for segment in left.sizes}
    left.draw(axes, hues)
    right.draw(axes, {segment: _hue(like.get(segment, segment)) for segment in right.sizes})
    for segment in left.sizes:
        axes.text(-0.02, left.middle(segment), names[0][segment], ha="right", va="center")
    for segment in right.sizes:
        axes.text(1.05, right.middle(segment), names[1][segment], ha="left", va="center")
    stays = {(change.base, change.head) for change in migration.segments} | {(NOISE, NOISE)}
    for before, after, size in cells(table):
        if not size:
            continue
        moves = ABSENT not in (before, after) and (before, after) not in stays
        band(
            axes, left=BAR, right=1.0, start=left.leave(before, size),
            end=right.reach(after, size), size=size, hue=hues[before],
            alpha=MOVES if moves else STAYS,
        )  # fmt: skip
    axes.set_xlim(-0.75, 1.78)
    axes.set_ylim(max(left.end, right.end) + gap, -gap)
    axes.axis("off")
    return picture


def pairs(
    base: Side, head: Side, segments: Sequence[SegmentChange]
) -> list[dict[str, str | Markup | None]]:
    """Return the pictures of both, title by title; `base` is None where they are the same.

    A segment has one colour in all of them: what continues a segment has the colour of that one.
    """
    before = dict(_pictures(base, "base", {}))
    after = dict(_pictures(head, "head", painted_like(segments)))
    found: list[dict[str, str | Markup | None]] = []
    for title in [*after, *(title for title in before if title not in after)]:
        one, other = before.get(title), after.get(title)
        same = one is not None and other is not None and one[0] == other[0]
        found.append(
            {
                "title": title,
                "base": None if one is None or same else one[1],
                "head": None if other is None else other[1],
                "same": "same" if same else None,
            }
        )
    return found


def name_of(migration: Migration, segment: int, *, of_head: bool) -> str:
    """Return what a row or a column of the table of who moved is called."""
    if segment == NOISE:
        return NO_SEGMENT
    if segment == ABSENT:
        return "gone" if of_head else "new customers"
    for change in migration.segments:
        if segment == (change.head if of_head else change.base):
            return f"{segment} {change.head_name if of_head else change.base_name}"
    return str(segment)


def painted_like(segments: Sequence[SegmentChange]) -> Mapping[int, int]:
    """Return for each of the head's segments the one of the base whose colour it has.

    Those that continue none have their own colour if it is free, and else one that is.
    """
    like = {c.head: c.base for c in segments if c.head is not None and c.base is not None}
    used = {c.base for c in segments if c.base is not None}
    for new in [c.head for c in segments if c.head is not None and c.base is None]:
        own = new if new not in used else next(i for i in range(1, 1000) if i not in used)
        like[new] = own
        used.add(own)
    return like


def _pictures(
    side: Side, name: str, like: Mapping[int, int]
) -> Iterator[tuple[str, tuple[str, Markup]]]:
    """Yield a side's pictures by title: what tells them apart, and the picture for the page."""
    facts = side.segments
    if facts is None:
        return
    kind = "group" if facts.structure == "one" else "segment"
    counts = {segment.id: segment.size for segment in facts.segments}
    draw: list[tuple[str, Callable[[], Figure], str]] = []
    flat, points, silhouettes = side.flat, side.points, side.silhouettes
    if flat is not None and points is not None:
        draw.append(
            (
                "The map (PCA)",
                lambda: evaluation.pca_map(points, flat, kind=kind),
                findings.flat_map(flat, kind),
            )
        )
    if facts.segments:
        draw += [
            (
                "Each segment beside the average customer",
                lambda: profiles.profile(facts.segments),
                findings.profile(facts, kind),
            ),
            (
                "Size and worth",
                lambda: profiles.sizes(
                    facts.segments,
                    value=None if facts.value is None else facts.columns[facts.value].label,
                    outside=facts.outside,
                    kind=kind,
                ),
                findings.sizes(facts, kind),
            ),
        ]
    if silhouettes is not None:
        draw.append(
            (
                "Silhouette of every customer",
                lambda: evaluation.silhouette_samples(silhouettes, counts, kind=kind),
                findings.silhouettes(silhouettes, kind),
            )
        )
    for title, drawn, alt in draw:
        with painted(like):
            svg = as_svg(drawn())
        yield title, (svg, inline(svg, name=f"{name} {title}", alt=f"{side.name}: {alt}"))


def _hue(segment: int) -> str:
    return MUTED if segment == ABSENT else colour(segment)
