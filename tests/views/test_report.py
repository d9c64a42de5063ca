"""The pages at their limits: many segments, odd names, no segments. Looks are judged by eye."""

import html
import html.parser
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from markupsafe import Markup

import factories
from browser import needs_a_browser, site
from hostile import as_html, hostile
from segmentation.artifacts.clustering import ReferenceMatch
from segmentation.artifacts.contract import Contract
from segmentation.artifacts.segments import Answer, CategoryColumn, NumberColumn, Segments
from segmentation.artifacts.structure import LEVELS, Structure
from segmentation.insight.facts import describe
from segmentation.insight.numbers import number
from segmentation.insight.playbook import Playbook
from segmentation.insight.results import Results
from segmentation.insight.trust import trust
from segmentation.monitoring import contract
from segmentation.stages.track import described
from segmentation.views import profiles, style
from segmentation.views.report import render
from segmentation.views.side_by_side import side_by_side

ODD = '<script>alert("ü|x")</script>'
PICTURES = (
    "profile/sizes", "profile/profile", "profile/boxplots", "profile/categories", "evaluate/pca",
    "select_k/criteria", "evaluate/stability",
    "evaluate/algorithm",
    "evaluate/silhouette_samples", "explore/distributions", "explore/categories",
    "explore/by_category", "explore/correlation", "explore/missing",
)  # fmt: skip


def content(
    k: int = 4,
    *,
    structure: Structure = "separate",
    columns: int = 3,
    levels: int = 4,
    noise: int = 0,
    reference: ReferenceMatch | None = None,
    algorithm: str = "kmeans",
    odd: str = ODD,
) -> dict[str, Any]:
    """Everything that the pages are made from, for `k` segments of odd customers."""
    rng = np.random.default_rng(0)
    n = 40 * max(k, 2)
    segment = np.arange(n) % k + 1 if k else np.full(n, -1)
    segment[:noise] = -1
    table = pd.DataFrame(
        {f"{odd}{i}": segment * 3.0 + rng.normal(size=n) for i in range(columns)}
    ).assign(town=[f"{odd} {i % levels}" for i in range(n)])
    numeric = [name for name in table.columns if name != "town"]
    ids = sorted(set(segment.tolist()) - {-1})
    metrics = factories.metrics(
        k=len(ids), structure=structure, structure_p_value=0.2, noise_share=noise / n
    )
    clustering = factories.clustering(
        ids,
        algorithm=algorithm,
        notes=[odd],
        reference=reference,
        stability={"rows": n, "of_rows": 2 * n},
    )
    choice = factories.choice(k=k, votes={"gap": 4, "elbow": 5}, why=[odd])
    details = factories.details(
        ids,
        features=columns,
        dominance={"sentence": f"“{odd}” explains most."},
        silhouette={"rows": 100, "sampled": True},
    )
    found = Results(choice, clustering, metrics, details, factories.flat_map())
    facts = describe(
        table, segment, found, numeric=numeric, categorical=["town"], value=numeric[0],
        labels={str(name): str(name) for name in table}, units={}, playbook=Playbook(),
        scaling=odd, seed=0,
    )  # fmt: skip
    return {
        "facts": facts, "metrics": metrics, "choice": choice,
        "clustering": clustering,
        "quality": factories.quality(n, rejected={odd: 1}, repaired={odd: 2}),
        "kind": found.kind, "settings": {odd: odd}, "lines": None, "lifetime": None,
        "pictures": dict.fromkeys(PICTURES, Markup("<svg></svg>")),
        "synthetic": False, "settings_hash": "abc", "version": "1.2.3", "export": "a/b.csv",
    }  # fmt: skip


class Tags(html.parser.HTMLParser):
    """Collect tags and check that they close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in {"meta", "img", "link", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def words(page: str) -> str:
    """What people read of a page."""
    body = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", " ", body))


def page(**shape: Any) -> tuple[str, Tags]:
    text = render("report.html.j2", **content(**shape))
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    return text, tags


@pytest.mark.parametrize("k", [1, 2, 20])
@pytest.mark.parametrize("structure", LEVELS)
def test_names_cannot_break_out_of_the_pages(k: int, structure: Structure) -> None:
    text, _ = page(k=k, structure=structure, noise=3)
    assert text.count("<script>") == 1
    assert "alert(" not in text.split("<script>")[1].split("</script>")[0]
    assert text.count('<section class="card" id="segment-') == (
        k if structure != "one" and k > 1 else 0
    )
    markdown = render("segments.md.j2", **content(k=k, structure=structure))
    assert "<script>" not in markdown
    rows = [line for line in markdown.splitlines() if line.startswith("|")]
    widths = {line.replace("\\|", "").count("|") for line in rows}
    assert widths <= {4, 7 if structure == "one" else 8, 3, k + 3}, widths


def test_the_page_needs_nothing_but_itself() -> None:
    text, tags = page()
    assert not {"link", "iframe", "img"} & tags.seen
    assert "<script>" in text
    assert "url(" not in text
    assert "@import" not in text


@pytest.mark.parametrize(
    ("columns", "levels"), [(1, 1), pytest.param(60, 500, marks=pytest.mark.thorough)]
)
def test_any_shape_of_table(tmp_path: Any, columns: int, levels: int) -> None:
    shape = content(k=12, columns=columns, levels=levels)
    facts = shape["facts"]
    assert len(render("report.html.j2", **shape)) < 1_000_000
    numbers = {name: c for name, c in facts.columns.items() if isinstance(c, NumberColumn)}
    town = {name: c for name, c in facts.columns.items() if isinstance(c, CategoryColumn)}
    assert (len(numbers), list(town)) == (columns, ["town"])
    for picture in (
        profiles.boxplots(numbers, facts.segments),
        profiles.categories(town, facts.segments),
        profiles.categories({}, facts.segments),
    ):
        style.save(picture, tmp_path / "x.png")


def test_without_segments_the_page_says_so() -> None:
    text, _ = page(k=0, algorithm="dbscan")
    assert "No segments: all 80 customers are in none" in text
    assert '<section class="card"' not in text
    assert "(100%) are in no segment" in render("segments.md.j2", **content(k=0))


def test_without_structure_the_tone_changes() -> None:
    text, _ = page(structure="one")
    first = text.split("<h1>")[1].split("</h1>")[0]
    assert first.startswith("No structure: 160 customers look like one population; the 4 groups")
    assert "a convenience, not a finding" in text
    assert "What to do on Monday" not in text
    assert "segment" not in words(text).casefold()
    assert len(words(text)) < 0.5 * len(words(page()[0]))
    markdown = render("segments.md.j2", **content(structure="one"))
    assert markdown.splitlines()[0] == f"# {first}"


def answers(**shape: Any) -> dict[str, Answer]:
    return {item.question: item for item in content(**shape)["facts"].trust}


def test_what_a_reader_asks_is_answered() -> None:
    told = answers()
    assert told["Are there segments at all?"].answer == "Yes"
    assert told["Would they come back?"].answer == "All 4 do"
    assert told["Would they come back?"].why.endswith("1, overlaps with itself by 90.0%.")
    assert told["Is 4 the right number?"].why == "1 of 2 criteria prefers 4; the others say 5."
    assert told["Is 4 the right number?"].level == "doubtful"
    assert told["Is it just one column?"].answer == "No"
    assert answers(structure="one")["Are there groups at all?"].level == "bad"
    assert "Is 4 the right number?" not in answers(algorithm="hdbscan")


def test_a_small_group_that_no_segment_is_is_told() -> None:
    group = {"size": 50, "share": 0.05, "z": 6.0, "algorithm": "hdbscan"}
    found = factories.results(range(1, 5), choice=factories.choice(small_group=group))
    told = {item.question: item for item in trust(1000, found)}["Does it miss a small group?"]
    assert "About 5% of the customers" in told.why
    assert told.why.endswith("set train.algorithm to hdbscan.")


def test_a_number_set_by_hand_is_said_to_be() -> None:
    told = trust(200, factories.results(range(1, 6), choice=factories.choice(k=4)))
    found = {item.question: item for item in told}["Is 5 the right number?"]
    assert (found.answer, found.level) == ("Set by hand", "doubtful")
    assert found.why == "Somebody asked for 5 (train.k). The data speak for 4."


def test_a_column_that_nearly_explains_all_is_a_reason_for_doubt() -> None:
    details = factories.details(range(1, 5), dominance={"score": 0.7, "answer": "largely"})
    told = trust(200, factories.results(range(1, 5), details=details))
    found = {item.question: item for item in told}["Is it just one column?"]
    assert (found.answer, found.level) == ("Largely", "doubtful")


@pytest.mark.parametrize(("k", "why"), [(0, "no dense region"), (1, "only one dense region")])
def test_one_segment_or_none_is_no_success(k: int, why: str) -> None:
    told = answers(k=k, algorithm="dbscan")
    assert told["Did the algorithm find them?"].level == "bad"
    assert why in told["Did the algorithm find them?"].why
    assert "Would they come back?" not in told


def test_other_segments_than_before_are_called_so() -> None:
    reference = factories.reference(
        new=[6, 7], retired=[1, 2], moved_customers=100, adjusted_rand=0.0
    )
    assert answers(reference=reference)["Same segments as before?"].answer == "No"


def test_a_reference_is_compared_with() -> None:
    kept = {i: {"similarity": 0.9, "by": "customers"} for i in (1, 2, 3)}
    reference = factories.reference(
        kept=kept, new=[5], retired=[4], moved_customers=23, adjusted_rand=0.71
    )
    told = answers(reference=reference)["Same segments as before?"]
    assert told.answer == "In part"
    assert told.why == (
        "3 segments kept, 1 new, 1 gone; 23 of 100 customers changed segment "
        "(adjusted Rand index 0.71)."
    )
    unknown = answers(reference=factories.reference(kept=kept, moved_customers=None))
    assert "by their centroids" in unknown["Same segments as before?"].why


@pytest.mark.parametrize("name", hostile("http://evil.example"), ids=range(15))
def test_a_name_is_text_in_every_page(name: str) -> None:
    page = as_html(render("segments.md.j2", **content(odd=name)))
    assert not re.search(r"<(img|a|script|svg|em|strong><em)\b", page)
    tags = set(re.findall(r"<(\w+)", page))
    expected = as_html(render("segments.md.j2", **content(odd="plain")))
    assert tags <= set(re.findall(r"<(\w+)", expected))
    assert page.count("<tr>") == expected.count("<tr>")
    assert page.count("<li>") == expected.count("<li>")


def test_a_name_calls_nobody_and_links_no_issue() -> None:
    page = as_html(render("segments.md.j2", **content(odd="@team of org/name#12")))
    assert "team" in page
    assert not re.search(r"@\w|#\d", page)


@pytest.mark.slow
@needs_a_browser
def test_no_page_asks_for_anything() -> None:
    def differences(name: str) -> str:
        held = Contract(file=name, rows=1, columns={})
        return contract.page(held, name, [contract.Difference(name, name, name, name)])

    with site() as watched:
        _, asked = watched.visit(as_html("".join(f"{n}\n\n" for n in hostile(watched.address))))
        assert {"/picture", "/tag", "/lines"} <= set(asked)  # that is: as they are, names do
        name = " ".join(hostile(watched.address))
        shape = content(odd=name)
        for page in (
            render("report.html.j2", **shape),
            as_html(render("segments.md.j2", **shape)),
            as_html(described(render("segments.md.j2", **shape))),  # as a note in MLflow
            as_html(differences(name)),
        ):
            document, asked = watched.visit(page)
            assert "</html>" in document
            assert asked == []


def test_the_page_says_what_it_was_made_from() -> None:
    facts = content()
    source = {"path": "data/raw/a.csv", "md5": "0123abcd"}
    facts["quality"] = factories.quality(160, source=source)
    text = words(render("report.html.j2", **{**facts, "synthetic": True}))
    for told in ("data/raw/a.csv (synthetic)", "0123abcd", "hash abc", "version 1.2.3", "kmeans"):
        assert told in " ".join(text.split())
    assert "Synthetic data" in text
    assert "Synthetic data" not in words(render("report.html.j2", **facts))


def test_a_monday_table_comes_first_and_adds_up() -> None:
    facts = content(odd="n")
    text = render("report.html.j2", **facts)
    monday = words(text.split('id="monday"')[1].split('id="segments"')[0])
    assert text.index('id="monday"') < text.index('id="segments"') < text.index("<figure")
    for segment in facts["facts"].segments:
        assert segment.name in monday
        total = segment.value_mean * segment.numeric[facts["facts"].value].known
        assert number(total) in monday
    assert "100%" in monday


def test_a_total_says_of_how_many_the_value_is_not_known() -> None:
    shape = content()
    facts = shape["facts"]
    assert "is not known" not in words(render("report.html.j2", **shape))
    value = facts.columns[facts.value].model_copy(update={"known": facts.customers - 12})
    shape["facts"] = facts.model_copy(update={"columns": {**facts.columns, facts.value: value}})
    assert "; of 12 it is not known." in words(render("report.html.j2", **shape))


def test_many_in_no_segment_are_a_notice_and_a_card() -> None:
    text, _ = page(k=3, noise=40, algorithm="hdbscan")
    assert "of the customers are in no segment.</b>" in text
    assert text.count('id="outside"') == 1
    assert "in no segment.</b>" not in page(k=3, noise=10, algorithm="hdbscan")[0]


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ({"choice": factories.choice(k=5)}, "because somebody asked for 4 ( train.k )"),
        ({"choice": factories.choice(rule="fixed")}, "because somebody asked for 4 ( select_k.k )"),
        ({}, "4 was chosen from the data (rule: consensus)"),
    ],
)
def test_who_chose_the_number_is_said(shape: dict[str, Any], told: str) -> None:
    text = words(render("report.html.j2", **{**content(), **shape}))
    assert told in " ".join(text.split())


def test_the_table_shows_what_differs_first_and_folds_the_rest() -> None:
    differs = {"a": 0.1, "b": -3.0, "c": 1.0}
    numeric = {
        name: factories.number(mean=63.44, index=95.7, difference=each)
        for name, each in differs.items()
    }
    segment = factories.segment(1, numeric={**numeric, "spend": factories.number(mean=1.0)})
    table = side_by_side(factories.segments([segment]))
    assert [row.label for row in table.rows] == ["b", "c"]
    assert {row.label for row in table.folded} == {"a", "spend"}
    cell = table.rows[0].cells[0]
    assert (cell.text, cell.beside, cell.shade) == ("63.4", "96", 1.0)


@pytest.mark.parametrize(("difference", "withheld"), [(None, True), (0.1, False)])
def test_rows_of_which_nothing_is_told_are_not_said_to_differ_less(
    difference: float | None, *, withheld: bool
) -> None:
    differs = {"a": 2.0, "spend": difference}
    described = []
    for i in (1, 2):
        numeric = {name: factories.number(mean=1.0, difference=d) for name, d in differs.items()}
        described.append(factories.segment(i, numeric=numeric))
    table = side_by_side(factories.segments(described))
    assert [row.label for row in table.folded] == ["spend"]
    assert table.withheld == withheld
    assert table.untold == ""


@pytest.mark.parametrize("structure", LEVELS)
def test_what_is_withheld_is_said_to_be(structure: Structure) -> None:
    shape = content(k=2, structure=structure, odd="spend")
    facts: Segments = shape["facts"]
    few = {"spend1": factories.number(mean=None)}
    segments = [
        each.model_copy(update={"numeric": {**each.numeric, **few}}) for each in facts.segments
    ]
    told = facts.model_copy(update={"segments": tuple(segments)})
    said = " ".join(words(render("report.html.j2", **{**shape, "facts": told})).split())
    assert "as it would tell of fewer than ten customers: spend1." in said
    assert "as it would tell" not in words(render("report.html.j2", **shape))
