"""Draw the pipeline of dvc.yaml, stages and what feeds what, as docs/images/pipeline.svg.

python docs/make_pipeline_picture.py
"""

import textwrap
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import yaml

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs/images/pipeline.svg"
WIDTH, HEIGHT, GAP, LETTERS = 132, 124, 24, 19
STYLE = """
  .stage { fill: #f5f7f9; stroke: #0072b2; } .last { stroke: #d55e00; }
  text { font: 11px system-ui, sans-serif; fill: #1d2530; }
  .name { font-weight: 700; font-size: 14px; }
  path { stroke: #5d6773; fill: none; stroke-width: 1.5; }
  marker path { fill: #5d6773; stroke: none; }
  @media (prefers-color-scheme: dark) {
    .stage { fill: #1b222b; } text { fill: #e8ecf1; }
    path { stroke: #a9b3be; } marker path { fill: #a9b3be; }
  }
"""
MARKER = (
    '<marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0L8 4L0 8z"/></marker>'
)


def main() -> None:
    PICTURE.write_text(drawn(), encoding="utf-8")


def drawn() -> str:
    """Return the picture."""
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    feeds = direct({name: sources(stage, stages) for name, stage in stages.items()})
    column: dict[str, int] = {}
    for name in stages:  # dvc.yaml is in the order in which stages run
        column[name] = 1 + max((column[source] for source in feeds[name]), default=-1)
    half = (max(column.values()) + 2) // 2  # two lines of the picture: a README is not that wide
    place = {}
    taken: dict[int, int] = {}
    # Of those side by side, the one that more depends on goes straight on.
    for name in sorted(stages, key=lambda name: -sum(name in before(s, feeds) for s in stages)):
        at = column[name]
        beside = taken.get(at, 0)
        taken[at] = beside + 1
        row = (2 if at >= half else 0) + beside
        place[name] = ((at % half) * (WIDTH + GAP) + GAP, row * (HEIGHT + GAP) + GAP)
    # What stands beside nothing in its line needs no room for it.
    rows = sorted({y for _, y in place.values()})
    place = {name: (x, rows.index(y) * (HEIGHT + GAP) + GAP) for name, (x, y) in place.items()}
    width, height = half * (WIDTH + GAP) + GAP, len(rows) * (HEIGHT + GAP) + GAP
    arrows = [arrow(place[source], place[name]) for name in stages for source in feeds[name]]
    boxes = [
        box(name, stages[name]["desc"], *place[name], last=name == [*stages][-1]) for name in stages
    ]
    told = escape(f"The pipeline: {', '.join(stages)}")
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{told}" {size}>'
    parts = [head, f"<style>{STYLE}</style>", f"<defs>{MARKER}</defs>", *arrows, *boxes, "</svg>\n"]
    return "\n".join(parts)


def sources(stage: dict[str, Any], stages: dict[str, Any]) -> set[str]:
    """Name the stages whose outputs a stage reads."""
    made = {
        str(next(iter(out)) if isinstance(out, dict) else out): name
        for name, each in stages.items()
        for out in each["outs"]
    }
    return {
        name
        for path, name in made.items()
        for dep in stage["deps"]
        if path == dep or Path(path).is_relative_to(dep)
    }


def direct(feeds: dict[str, set[str]]) -> dict[str, list[str]]:
    """Leave out what reaches a stage through another one."""
    return {
        name: sorted(s for s in near if not any(s in before(other, feeds) for other in near - {s}))
        for name, near in feeds.items()
    }


def before(name: str, feeds: Mapping[str, Collection[str]]) -> set[str]:
    """Name all stages that one depends on."""
    return {*feeds[name]} | {far for near in feeds[name] for far in before(near, feeds)}


def box(name: str, what: str, x: int, y: int, *, last: bool) -> str:
    look = "stage last" if last else "stage"
    lines = textwrap.wrap(what, LETTERS)
    text = "".join(
        f'<text x="{x + 10}" y="{y + 44 + 14 * i}">{escape(line)}</text>'
        for i, line in enumerate(lines)
    )
    return (
        f'<rect class="{look}" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
        f'<text class="name" x="{x + 10}" y="{y + 23}">{escape(name)}</text>{text}'
    )


def arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    (x, y), (to_x, to_y) = start, end
    middle, to_middle = y + HEIGHT // 2, to_y + HEIGHT // 2
    if to_x > x:
        path = f"M{x + WIDTH} {middle}L{to_x} {to_middle}"
        if middle != to_middle:
            bend = x + WIDTH + GAP // 2
            path = f"M{x + WIDTH} {middle}H{bend}V{to_middle}H{to_x}"
    elif to_x == x:
        path = f"M{x + WIDTH // 2} {y + HEIGHT}V{to_y}"
    else:  # on to the next line
        below, down = to_y - GAP // 2, x + WIDTH // 2
        path = f"M{down} {y + HEIGHT}V{below}H{to_x + WIDTH // 2}V{to_y}"
    return f'<path d="{path}" marker-end="url(#end)"/>'


if __name__ == "__main__":
    main()
