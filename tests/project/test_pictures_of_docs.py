"""The picture of the pipeline in the README is that of dvc.yaml."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_pipeline_is_drawn_as_it_is() -> None:
    script = ROOT / "docs/make_pipeline_picture.py"
    spec = importlib.util.spec_from_file_location("make_pipeline_picture", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    drawn = module.PICTURE.read_text(encoding="utf-8")
    assert module.drawn() == drawn, f"run `python {script.relative_to(ROOT)}`"
    assert drawn.count('class="name"') == 9
    feeds = module.direct({"a": set(), "b": {"a"}, "c": {"a", "b"}})
    assert feeds == {"a": [], "b": ["a"], "c": ["b"]}
