"""Pages, and loading what they need before anybody asks for them.

Loading takes seconds, most of them for what scores and tracks. So the server begins with what the
first view needs, and loads the rest while that is read.
"""

import gc
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Event, Lock
from types import ModuleType

from segmentation.dashboard import stored
from segmentation.errors import SegmentationError
from segmentation.paths import PARAMS
from segmentation.settings.params import load_params
from segmentation.tracking import compared

PAGES = {
    "segments": "Segments",
    "how_many": "How many",
    "flat_map": "Map",
    "runs": "Runs",
    "what_if": "What if",
    "score": "Score",
    "months": "Months",
    "value": "Value",
}
HEAVY = ("runs", "what_if", "score")  # need MLflow, scikit-learn and skops

_loaded: dict[str, ModuleType] = {}
_loading = Lock()  # of two threads that load modules at once, one may be given half a module
_seen = Event()


def screen(name: str) -> ModuleType:
    """Return the module of a page."""
    if name not in _loaded:
        with _loading:
            _loaded[name] = import_module(f"segmentation.dashboard.screens.{name}")
    return _loaded[name]


def begin() -> None:
    """Load what any first view needs."""
    for name in PAGES:
        if name not in HEAVY:
            screen(name)
    gc.freeze()  # Streamlit looks for garbage after every click: through all that was loaded, too


def seen() -> None:
    """Note that somebody looks at a page, and that it is there as a whole."""
    _seen.set()


def go_on() -> None:
    """Wait for the first view, then load all other pages, the runs and the model that they ask.

    What MLflow and skops bring is loaded by asking once, outside of the lock: a page that is opened
    meanwhile waits for the same module, and for nothing else.
    """
    _seen.wait()
    screen("runs")
    with suppress(SegmentationError):  # the page will say why
        compared.finished(load_params(PARAMS).track.experiment, Path.cwd())
    for name in HEAVY:
        screen(name)
    with suppress(SegmentationError, stored.NotThereError):
        stored.chosen()
    gc.freeze()
