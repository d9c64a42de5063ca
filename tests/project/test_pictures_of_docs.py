"""The picture of the pipeline in the README is that of dvc.yaml."""

from conftest import ROOT, script

SCRIPT = "docs/make_pipeline_picture.py"


def test_the_pipeline_is_drawn_as_it_is() -> None:
    module = script(ROOT / SCRIPT)
    drawn = module.PICTURE.read_text(encoding="utf-8")
    assert module.drawn() == drawn, f"run `python {SCRIPT}`"
    assert drawn.count('class="name"') == 9
    feeds = module.direct({"a": set(), "b": {"a"}, "c": {"a", "b"}})
    assert feeds == {"a": [], "b": ["a"], "c": ["b"]}
