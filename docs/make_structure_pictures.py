"""Make the picture of the three answers about structure in docs/images.

    python docs/make_structure_pictures.py [--images FOLDER]

Three clouds of 600 made-up customers, cut at their best number of segments, each under the answer
that the product gives for it.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmentation.artifacts.structure import IN_WORDS
from segmentation.clustering.choosing_k.select import select_k
from segmentation.clustering.kmeans.path import kmeans_path
from segmentation.views.colours import NOISE_COLOUR, colour
from segmentation.views.style import figure as new_figure

IMAGES = Path(__file__).parent / "images"
Matrix = NDArray[np.float64]


def gaps(rng: np.random.Generator) -> Matrix:
    """Three groups five standard deviations apart."""
    centres = np.array([(0.0, 0.0), (5.0, 0.0), (2.5, 4.3)])
    return np.vstack([centre + rng.normal(size=(200, 2)) for centre in centres])


def slices(rng: np.random.Generator) -> Matrix:
    """Spending that spreads with income: rich and poor differ, with all between them."""
    income = 4 * rng.random(600)
    return np.column_stack([income, (1 + income) * rng.normal(size=600)])


def nothing(rng: np.random.Generator) -> Matrix:
    """One round cloud."""
    return rng.normal(size=(600, 2))


CLOUDS: dict[str, Callable[[np.random.Generator], Matrix]] = {
    "separate": gaps,
    "graded": slices,
    "one": nothing,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=Path, default=IMAGES)
    images: Path = parser.parse_args().images
    figure = new_figure(9, 3.4)
    for panel, (expected, cloud) in enumerate(CLOUDS.items(), start=1):
        X = cloud(np.random.default_rng(0))
        X = (X - X.mean(axis=0)) / X.std(axis=0)
        found = select_k(X, k_range=range(2, 9))
        assert found.structure == expected, f"{cloud.__name__}: {found.structure}"
        (cut,) = kmeans_path(X, k_range=[found.k])
        axes = figure.add_subplot(1, 3, panel)
        colours = [
            NOISE_COLOUR if found.structure == "one" else colour(label + 1) for label in cut.labels
        ]
        axes.scatter(X[:, 0], X[:, 1], s=6, c=colours, linewidths=0)
        said = {
            "separate": f"{found.k} segments, gaps between them",
            "graded": f"{found.k} slices of a continuum",
            "one": "nothing to cut",
        }
        axes.set_title(f"{IN_WORDS[found.structure].capitalize()}\n{said[found.structure]}")
        axes.set_xticks([])
        axes.set_yticks([])
    figure.savefig(images / "structure.png")


if __name__ == "__main__":
    main()
