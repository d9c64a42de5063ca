"""`python -m segmentation` where the installed package is that of another version."""

import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src/segmentation"


def test_the_code_beside_runs_whatever_is_installed(tmp_path: Path) -> None:
    installed, here = tmp_path / "installed/segmentation", tmp_path / "here/src/segmentation"
    for copy in (installed, here):
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    with (installed / "errors.py").open("a", encoding="utf-8") as errors:
        errors.write("\n\ndef told_later() -> None: ...\n")
    main = installed / "__main__.py"
    text = main.read_text(encoding="utf-8")
    names = "from segmentation.errors import "
    main.write_text(text.replace(names, f"{names}told_later, "), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "segmentation", "prepar"],
        cwd=tmp_path / "here",
        env={"PYTHONPATH": str(installed.parent), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == "error: unknown stage 'prepar'; did you mean 'prepare'?\n"
    assert run.returncode == 2
