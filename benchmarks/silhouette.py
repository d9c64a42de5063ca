"""Exact silhouette curve for k = 2..10: one pass over the distances against one call per k.

python benchmarks/silhouette.py [--rows 20000] [--columns 12]
"""

import argparse
import threading
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.metrics import silhouette_score

from segmentation.clustering.metrics.silhouette import silhouettes


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


class PeakMemory:
    """Largest growth of the resident memory while the block runs, in MiB."""

    def __enter__(self) -> "PeakMemory":
        self._start, self.mib, self._stop = _resident(), 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._stop.wait(0.002):
            self.mib = max(self.mib, (_resident() - self._start) / 2**20)

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--columns", type=int, default=12)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    X = np.random.default_rng(0).normal(size=(options.rows, options.columns))
    labelings = [MiniBatchKMeans(k, n_init=1, random_state=0).fit_predict(X) for k in range(2, 11)]
    silhouettes(X[:600], [y[:600] for y in labelings])  # first call: threads, caches

    with PeakMemory() as memory:
        start = time.perf_counter()
        ours = [s.score for s in silhouettes(X, labelings)]
        seconds = time.perf_counter() - start
    start = time.perf_counter()
    theirs = [float(silhouette_score(X, y)) for y in labelings]
    reference = time.perf_counter() - start

    print(f"rows x columns      {options.rows} x {options.columns}, k = 2..10")
    print(f"one pass            {seconds:8.2f} s, {memory.mib:.0f} MiB above the start")
    print(f"scikit-learn per k  {reference:8.2f} s")
    print(f"ratio               {reference / seconds:8.1f}")
    print(f"largest difference  {np.abs(np.subtract(ours, theirs)).max():.1e}")


if __name__ == "__main__":
    main()
