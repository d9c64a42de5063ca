"""The pages of a review: what they say, and that no name breaks them."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import factories
from browser import needs_a_browser, site
from hostile import as_html, hostile
from segmentation.review.comparison import compare
from segmentation.review.side import Side
from segmentation.views import changes, colours, review, style

NASTY = '<script>$\\frac$</script> | "Müller" `*_[a](b)'


def lock(points: str, customers: str, **params: Any) -> dict[str, Any]:
    return {
        "prepare": {"outs": [{"path": "data/prepared/customers.parquet", "md5": customers}]},
        "featurize": {"outs": [{"path": "data/features/matrix.parquet", "md5": points}]},
        "train": {"params": {"params.yaml": {"train": params}}},
    }


def revision(
    name: str,
    sizes: dict[int, int],
    *,
    names: dict[int, str] | None = None,
    points: str = "p",
    customers: str = "c",
    silhouette: float = 0.31,
    start: int = 0,
) -> Side:
    labels = [segment for segment, size in sizes.items() for _ in range(size)]
    n, k = len(labels), len([i for i in sizes if i > 0])
    rng = np.random.default_rng(7)
    facts = [
        factories.segment(
            i,
            name=(names or {}).get(i, f"Segment {i}"),
            size=size,
            numeric={"age": factories.number(mean=20.0 * i)},
        )
        for i, size in sizes.items()
        if i > 0
    ]
    return Side(
        name=name,
        commit="abc1234",
        params={
            "data": {"numeric": {"age": None}, "categorical": {"town": None}},
            "train": {"k": k},
        },
        stages=lock(points, customers, k=k),
        metrics=factories.metrics(k=k, silhouette=silhouette, silhouette_se=0.012),
        segments=factories.segments(facts, unassigned=sizes.get(-1, 0)),
        quality=factories.quality(n),
        summary=factories.summary({"age": 9.0}),
        curve=pd.DataFrame(
            {"k": [2, 3, 4], "silhouette": [0.2, silhouette, 0.1], "inertia": [9.0, 5.0, 2.0]}
        ),
        customers=pd.DataFrame(
            {
                "id": [f"SECRET-{start + i}" for i in range(n)],
                "age": rng.normal(40, 9, n),
                "town": "Ulm",
                "spend": 10.0,
            }
        ),
        assignments=pd.Series(labels, index=[f"SECRET-{start + i}" for i in range(n)]),
        silhouettes=pd.DataFrame({"segment": labels, "silhouette": rng.uniform(-0.1, 0.5, n)}),
    )


BASE = revision("main", {1: 60, 2: 40}, names={1: "Loyal grocers", 2: "Bargain hunters"})
HEAD = revision(
    "workspace",
    {1: 45, 3: 15, 2: 40},
    names={1: "Loyal grocers", 2: "Bargain hunters", 3: "Young fans"},
    silhouette=0.33,
)


def pages(base: Side, head: Side) -> tuple[str, str]:
    found = compare(base, head)
    return review.markdown(found), review.html(found)


def test_the_headline_says_it_in_words() -> None:
    found = compare(BASE, HEAD)
    assert found.headline == (
        "Amber, as more customers change segment than resampling alone moves: no segment is lost; "
        "15 of 100 customers (15% of the value) change segment; no metric better or worse"
    )
    assert found.summary == (
        "k 2 to 3; silhouette 0.310 to 0.330, within noise; 15 of 100 customers change segment, "
        "15 of them from 1 Loyal grocers to the part 3 Young fans"
    )


def test_nothing_moved() -> None:
    found = compare(BASE, replace(BASE, name="x"))
    for page in (review.markdown(found), review.html(found)):
        assert re.search(r"<summary>\d+ metrics are the same</summary>", page)
    headline = found.headline
    same = "settings, customers, metrics and segments are the same"
    assert headline == f"Green, as no rule speaks against it: {same}"


def test_lost_structure_is_in_the_headline() -> None:
    head = replace(HEAD, metrics=factories.metrics(k=3, silhouette=0.33, structure="one"))
    found = compare(BASE, head)
    assert found.headline.startswith("Red, as less structure is found: ")
    assert (
        found.problem(check=True, unmoved=False) == "the review is red, as less structure is found"
    )
    assert not found.problem(check=False, unmoved=False)
    assert "; structure separate groups to one population, worse;" in found.summary


def test_whoever_says_that_nobody_moves_is_held_to_it() -> None:
    told = compare(BASE, HEAD).problem(check=True, unmoved=True)
    assert told == "no segment should change, but 15 customers change segment"
    assert not compare(BASE, BASE).problem(check=True, unmoved=True)


def test_the_base_gives_the_rules() -> None:
    never = {"amber": "never", "red": "never"}
    lax = {**HEAD.params, "review": {"moved": never}}
    strict = {**BASE.params, "review": {"moved": {"amber": 0, "red": 0.1}}}
    found = compare(replace(BASE, params=strict), replace(HEAD, params=lax))
    assert found.headline.startswith("Red, as over 10% of customers change segment: ")
    assert "The rules of the review change too; this one is judged by main's." in found.notes
    assert compare(BASE, replace(HEAD, params=lax)).headline.startswith("Green, ")
    broken = replace(BASE, params={**BASE.params, "review": {"mvoed": never}})
    assert any("main's cannot be read" in note for note in compare(broken, HEAD).notes)


def test_at_most_sixty_lines_are_shown_at_once() -> None:
    base = revision("b", dict.fromkeys(range(1, 15), 20) | {-1: 5})
    head = revision("h", dict.fromkeys(range(1, 12), 25) | {-1: 60}, start=9, customers="d")
    base.params["train"].update({f"old{i}": i for i in range(30)})
    markdown = pages(base, head)[0]
    shown = re.sub(r"<details>.*?</details>", "", markdown, flags=re.DOTALL)
    assert len([line for line in shown.splitlines() if line.strip()]) <= 60
    assert "| train.old9 |" in markdown
    assert markdown.count("<details>") == markdown.count("</details>")
    assert "\n\n\n" not in markdown


def test_tables_have_a_heading_in_every_column() -> None:
    tables = re.findall(r"^(\|.*)\n\|-", pages(BASE, HEAD)[0], re.MULTILINE)
    assert len(tables) >= 4
    assert not [heads for heads in tables if re.search(r"\|\s*\|", heads)]


def test_a_segment_has_one_colour_in_all_pictures() -> None:
    found = compare(BASE, revision("h", {2: 60, 1: 25, 3: 15}))
    assert found.migration is not None
    like = changes.painted_like(found.migration.segments)
    assert like == {2: 1, 1: 2, 3: 3}
    with colours.painted(like):
        assert [colours.colour(i) for i in (2, 1)] == list(colours.SEGMENT_COLOURS[:2])
    assert colours.colour(2) == colours.SEGMENT_COLOURS[1]
    flows = style.as_svg(changes.migration(found.migration))
    assert flows.count("fill: #0072b2") >= 2  # the bars of 1 on the left and of 2 on the right
    drawn = {
        str(pair["title"]): re.findall(r"var\(--c([12])\)", str(pair["head"]))
        for pair in changes.pairs(BASE, found.head, found.migration.segments)
    }
    plain = {
        str(pair["title"]): re.findall(r"var\(--c([12])\)", str(pair["head"]))
        for pair in changes.pairs(BASE, found.head, ())
    }
    swapped = [{"1": "2", "2": "1"}[tone] for tone in plain["Size and worth"]]
    assert drawn["Size and worth"] == swapped != []


def test_one_customer_is_told_in_the_singular() -> None:
    head = revision("h", {1: 59, 2: 41})
    found = compare(BASE, head)
    assert "1 of 100 customers changes segment" in found.summary
    assert "1 of 100 customers (1% of the value) changes segment" in found.headline


def test_other_customers_are_said_to_be_incomparable() -> None:
    head = revision("h", {1: 60, 2: 45}, points="q", customers="d", silhouette=0.5)
    found = compare(BASE, head)
    assert "silhouette 0.310 to 0.500, not comparable" in found.summary
    assert "5 customers are new" in found.summary
    assert any("Not the same points were clustered: the customers" in n for n in found.notes)
    assert found.data is not None
    assert {d.column for d in found.data.drift or ()} == {"age", "town"}
    assert "| age | within noise |" in review.markdown(found)


def test_dates_levels_and_yes_or_no_are_columns_too() -> None:
    head = revision("h", {1: 60, 2: 45}, points="q", customers="d")
    data = {"date": {"age": None}, "flag": {"town": None}, "scale": {"rank": None}}
    found = compare(BASE, replace(head, params={**head.params, "data": data})).data
    assert found is not None
    assert (found.new_columns, found.gone_columns) == (("rank",), ())
    assert {d.column for d in found.drift or ()} == {"age", "town"}


def test_other_features_are_said_to_be_incomparable() -> None:
    found = compare(BASE, replace(HEAD, stages=lock("q", "c", k=3)))
    assert any("Not the same points were clustered: the features changed" in n for n in found.notes)


def test_customers_in_no_segment_and_new_ones_are_rows() -> None:
    head = revision("h", {1: 50, 2: 40, -1: 10}, start=5)
    markdown = pages(replace(BASE, assignments=BASE.assignments), head)[0]
    (table,) = re.findall(r"Who moved.*?\n\n(\|.*?)\n\n", markdown, re.DOTALL)[:1] or [""]
    assert "| in no segment |" in table
    assert "| gone |" in table
    assert "new customers" in table


def test_ids_that_do_not_overlap_are_told_and_profiles_used() -> None:
    found = compare(BASE, revision("h", {2: 60, 1: 40}, start=1000))
    assert "who moved cannot be told" in found.headline
    assert found.problem(check=False, unmoved=True)
    assert any("No customer is in both revisions" in note for note in found.notes)
    assert found.migration is not None
    assert [(s.base, s.head) for s in found.migration.segments] == [(1, 1), (2, 2)]
    assert "Who moved" not in review.markdown(found)


def test_rows_of_two_tables_are_not_taken_for_the_same_customers() -> None:
    found = compare(replace(BASE, by_row=True), replace(HEAD, by_row=True))
    assert found.stakes is not None  # of one table, the rows are the same
    other = replace(HEAD, by_row=True, stages=lock("q", "d", k=3))
    found = compare(replace(BASE, by_row=True), other)
    assert found.stakes is None
    assert any("Customers have no id, so migrations" in note for note in found.notes)


def test_missing_assignments_leave_the_rest() -> None:
    base = replace(BASE, assignments=None, customers=None, missing=("data/x.parquet",))
    found = compare(base, HEAD)
    markdown, html = review.markdown(found), review.html(found)
    assert "who moved cannot be told" in found.headline
    assert "Missing for main, in DVC's cache and remote: data/x.parquet; `make base" in markdown
    assert "60 → 45" in markdown
    assert "within noise" in html


def test_what_older_code_wrote_is_told_and_the_rest_compared() -> None:
    told = "reports/x.json at main was written by another version (schema 0, this is 1)"
    base = replace(BASE, metrics=None, segments=None, quality=None, summary=None, unread=(told,))
    found = compare(base, HEAD)
    assert f"Not compared: {told}." in found.notes
    assert "15 of 100 customers change segment" in found.summary
    assert "| k | – | 3 |" in review.markdown(found)
    without = compare(base, revision("h", {1: 60, 2: 40}, customers="d")).data
    assert without is not None
    assert without.rows[0] == ("rows read", None, 100)


def test_what_is_missing_from_the_workspace_names_dvc_pull() -> None:
    found = compare(BASE, replace(HEAD, missing=("data/x.parquet",), outdated=("train",)))
    assert any("`dvc pull` fetches" in note for note in found.notes)
    assert any("`dvc repro` would run train" in note for note in found.notes)


def test_results_of_other_settings_are_told() -> None:
    found = compare(replace(BASE, stages=lock("p", "c", k=9)), HEAD)
    assert any("results of main were made with other settings" in n for n in found.notes)


@pytest.mark.parametrize("alone", ["base", "head"])
def test_one_side_without_a_pipeline_shows_the_other(alone: str) -> None:
    empty = Side("empty", "abc1234", {}, {})
    for page in pages(*((BASE, empty) if alone == "base" else (empty, BASE))):
        assert "empty has no results of a pipeline" in page
        assert "Loyal grocers" in page
        assert "0.31" in page


def test_no_customer_id_is_in_the_pages() -> None:
    for page in pages(BASE, HEAD):
        assert "SECRET" not in page


def test_no_name_breaks_out_of_the_pages() -> None:
    names = {1: NASTY, 2: "Groß & größer"}
    base = revision(NASTY, {1: 60, 2: 40}, names=names)
    head = revision("h", {1: 45, 3: 15, 2: 40}, names={1: NASTY + "2"}, customers="d")
    base.params["train"][NASTY] = NASTY
    assert base.customers is not None
    head = replace(head, customers=base.customers.assign(town=NASTY))
    markdown, html = pages(base, head)
    for page in (markdown, html):
        assert "<script" not in page
        assert "Groß & größer" in page or "Groß &amp; größer" in page
    assert "](b)" not in markdown.replace("\\](b)", "")
    for line in markdown.splitlines():
        if line.startswith("|"):
            assert line.endswith("|")
    tables = re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE)
    assert len(tables) >= 5
    for table in tables:
        cells = [len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()]
        assert len(set(cells)) == 1, table


@pytest.mark.parametrize("k", [2, 12])
def test_flows_are_drawn_at_any_number(k: int, tmp_path: Any) -> None:
    base = revision("b", dict.fromkeys(range(1, k + 1), 20) | {-1: 5})
    head = revision("h", dict.fromkeys(range(1, k), 25), start=9)
    found = compare(base, head)
    assert found.migration is not None
    style.save(changes.migration(found.migration), tmp_path / "x.png")


def test_mermaid_charts_hold_the_curves() -> None:
    assert "<summary>Curves that differ</summary>" in review.markdown(compare(BASE, HEAD))
    markdown = pages(BASE, HEAD)[0]
    assert "    line [0.2, 0.31, 0.1]\n    line [0.2, 0.33, 0.1]" in markdown
    assert "line [9, 5, 2]" not in markdown
    assert "The same in both: inertia." in markdown
    assert '"number of segments k" [2, 3, 4]' in markdown


def test_mermaid_reads_no_exponents() -> None:
    curve = pd.DataFrame({"k": [2, 3], "silhouette": [0.2, -0.00001], "inertia": [2.5e8, 1.25e7]})
    other = curve.assign(silhouette=0.0, inertia=0.0)
    markdown = pages(replace(BASE, curve=curve), replace(HEAD, curve=other))[0]
    assert "line [250000000, 12500000]" in markdown
    assert "line [0.2, -0.00001]" in markdown


def test_the_same_pages_every_time() -> None:
    assert pages(BASE, HEAD) == pages(BASE, HEAD)


@pytest.mark.slow
@needs_a_browser
def test_no_review_asks_for_anything() -> None:
    with site() as watched:
        name = " ".join(hostile(watched.address))
        base = revision(name, {1: 60, 2: 40}, names={1: name, 2: "b"})
        head = revision("h", {1: 45, 3: 15, 2: 40}, names={1: name + "2"}, customers="d")
        base.params["train"][name] = name
        assert base.customers is not None
        head = replace(head, customers=base.customers.assign(town=name))
        markdown, html = pages(base, head)
        for page in (html, as_html(markdown)):
            _, asked = watched.visit(page)
            assert asked == []
