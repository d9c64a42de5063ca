"""Pages, and loading what they need before anybody asks for them.

Loading takes seconds, most of them for what scores and tracks. So the server begins with what the
first view needs, and loads the rest while that is read.
"""

import gc
from contextlib import suppress
from importlib import import_module
from threading import Event, Lock
from types import ModuleType

from segmentation.dashboard import stored
from segmentation.errors import SegmentationError

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
HEAVY = ("what_if", "score", "runs")  # need scikit-learn, skops and MLflow

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
    """Wait for the first view, then load all other pages and the model that they ask."""
    _seen.wait()
    for name in HEAVY:
        screen(name)
    with _loading, suppress(SegmentationError, stored.NotThereError):  # the page will say why
        stored.chosen()
    gc.freeze()
