"""Make the pictures of the report and of the MLflow UI in docs/images, from made customers.

    python docs/make_screenshots.py [reports] [--images FOLDER]

In a scratch clone: run the pipeline on customers with segments and without any, and on the wines
that come with scikit-learn, and photograph the reports; unless only reports are asked for, also
sweep a small grid, start the UI and photograph its pages. Chromium must be installed.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import mlflow
from PIL import Image
from sklearn.datasets import load_wine

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs/images"
PORT = 5077
MARGIN = 460  # the UI's assistant, which opens beside the page in a fresh browser


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="?", choices=["reports", "all"], default="all")
    parser.add_argument("--images", type=Path, default=IMAGES)
    options = parser.parse_args()
    images: Path = options.images.resolve()
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("Chromium is needed: apt-get install chromium")
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        subprocess.run(["git", "config", "user.name", "Data team"], cwd=clone, check=True)
        subprocess.run(["dvc", "repro", "--quiet"], cwd=clone, check=True)
        photograph_report(browser, clone, images / "report.png")
        if options.what == "all":
            sweep = ["segmentation", "sweep", "--algorithm", "kmeans"]
            subprocess.run(sweep, cwd=clone, check=True)
            photograph_ui(browser, clone, images)
        none = ["segmentation", "sample", "--structure", "none", "--out", "data/raw/customers.csv"]
        subprocess.run(none, cwd=clone, check=True)
        subprocess.run(["dvc", "repro", "--quiet"], cwd=clone, check=True)
        photograph_report(browser, clone, images / "no-structure.png")
        write_wines(clone / "wine.csv")
        subprocess.run(["segmentation", "init", "wine.csv", "--yes"], cwd=clone, check=True)
        settings = clone / "params.yaml"  # `init` has to guess what a row is worth; a wine is not
        text = settings.read_text(encoding="utf-8")
        settings.write_text(re.sub(r"(?m)^  value: \w+", "  value:", text), encoding="utf-8")
        subprocess.run(["dvc", "repro", "--quiet"], cwd=clone, check=True)
        photograph_report(browser, clone, images / "wine.png")


def write_wines(path: Path) -> None:
    """Write 178 wines of three growers, with what a laboratory measured, but not the grower."""
    wines = load_wine(as_frame=True).data.rename(
        columns={"od280/od315_of_diluted_wines": "dilution"}
    )
    wines.insert(0, "wine", [f"W{number:03}" for number in range(1, len(wines) + 1)])
    wines.to_csv(path, index=False)


def photograph_report(browser: str, repository: Path, target: Path) -> None:
    page = (repository / "reports/report.html").as_uri()
    photograph(browser, page, target, 1080, width=1200, margin=0)


def photograph_ui(browser: str, repository: Path, images: Path) -> None:
    command = ["segmentation", "ui", "--port", str(PORT)]
    with subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True) as ui:
        try:
            assert ui.stdout
            address = re.findall(r"http\S+", ui.stdout.readline())[0]
            wait_for(f"http://127.0.0.1:{PORT}/health")
            mlflow.set_tracking_uri(f"sqlite:///{repository}/mlflow.db")
            for name, (url, height) in pages(address).items():
                photograph(browser, url, images / f"mlflow-{name}.png", height)
        finally:
            ui.terminate()


def pages(address: str) -> dict[str, tuple[str, int]]:
    """Address and height of every picture."""
    runs = mlflow.search_runs(search_all_experiments=True, output_format="list")
    ids = {run.info.run_name: run.info.run_id for run in runs}
    (experiment,) = {run.info.experiment_id for run in runs}
    first, second = ids["kmeans-k4-standard"], ids["kmeans-k4-robust"]
    base = address.split("/experiments/")[0]
    run = f"{base}/experiments/{experiment}/runs/{first}"
    query = {"runs": [first, second], "experiments": [experiment]}
    curve = "select_k/silhouette"
    axes = {"metric": curve, "plot_metric_keys": [curve]}
    plain = "x_axis=step&y_axis_scale=linear&line_smoothness=1&show_point=true&deselected_curves=[]"
    return {
        "runs": (address, 560),
        "run": (run, 900),
        "pictures": (f"{run}/artifacts/plots/evaluate/pca.png", 800),
        "compare": (f"{base}/compare-runs?{encoded(query)}", 1150),
        "curves": (f"{base}/metric?{encoded({**query, **axes})}&{plain}", 700),
    }


def encoded(query: Mapping[str, object]) -> str:
    return urllib.parse.urlencode(
        {name: json.dumps(value) for name, value in query.items()}, quote_via=urllib.parse.quote
    )


def photograph(
    browser: str, url: str, target: Path, height: int, *, width: int = 1360, margin: int = MARGIN
) -> None:
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-component-update",
                "--hide-scrollbars", f"--user-data-dir={profile}",
                f"--window-size={width + margin},{height}", "--virtual-time-budget=25000",
                f"--screenshot={target}", url,
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip
    with Image.open(target) as picture:
        small = picture.convert("RGB").crop((0, 0, picture.width - margin, picture.height))
    small.quantize(256).save(target, optimize=True)
    print(f"{target.name}: {target.stat().st_size / 1000:.0f} kB")


def wait_for(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    sys.exit(f"{url} does not answer")


if __name__ == "__main__":
    main()
