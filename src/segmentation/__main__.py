"""Run one stage: `python -m segmentation STAGE [--debug]`. `dvc.yaml` calls this."""

import atexit
import gc
import os
import runpy
import sys
import time
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING

import segmentation

# The code is that of the folder in which DVC runs the stage. That folder may be a temporary copy of
# the repository, in which an experiment waits with code of its own, or a second clone, while the
# installed package is the code of the first.
beside = Path("src/segmentation").resolve()
if beside.is_dir():
    segmentation.__path__[:] = [str(beside)]
    if beside != Path(__file__).resolve().parent:  # this file is of another version, perhaps
        runpy.run_path(str(beside / "__main__.py"), run_name="__main__")
        raise SystemExit

from segmentation import paths, progress  # noqa: E402
from segmentation.errors import SettingsError, did_you_mean, one_line_errors  # noqa: E402

if TYPE_CHECKING:
    from segmentation.settings.params import Params

STAGES = (
    "prepare",
    "explore",
    "featurize",
    "select_k",
    "train",
    "evaluate",
    "profile",
    "report",
    "track",
)
PURCHASES = ("customers", "clv")
"""The stages of purchases/dvc.yaml, which tables of purchases go through besides."""


def main(arguments: list[str]) -> None:
    """Run the stage named on the command line."""
    # Importing the libraries makes hundreds of thousands of objects that stay; looking through
    # them for garbage again and again, and once more at the end, takes an eighth of the time of a
    # short stage.
    started = time.monotonic()
    gc.set_threshold(100_000, 50, 50)
    atexit.register(gc.freeze)
    # Pieces of work are done side by side in processes; threads within each are in their way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.pop("MPLBACKEND", None)  # pictures are files here: no window of a user's is used
    debug = "--debug" in arguments
    stages = (*PURCHASES, *STAGES)
    names = [argument for argument in arguments if argument != "--debug"]
    with one_line_errors(debug=debug):
        if len(names) != 1:
            raise SettingsError(f"usage: python -m segmentation [--debug] {'|'.join(stages)}")
        if names[0] not in stages:
            raise SettingsError(f"unknown stage '{names[0]}'{did_you_mean(names[0], stages)}")

        progress.want()

        # Imported here so that a stage pays only for what it uses itself.
        from segmentation.settings.params import load_params

        # All of it is read for every stage: a mistake in what a later one takes is told now.
        params = load_params(paths.PARAMS)
        try:
            run_stage(names[0], params)
        except Exception as error:
            from segmentation.repository.damage import of_damage

            damage = of_damage(error, names[0])
            if damage is None:
                raise
            raise damage from error
        from segmentation.commands.found import found

        print(found(names[0], time.monotonic() - started))  # noqa: T201


def run_stage(name: str, params: "Params") -> None:
    """Run a stage with what it takes: sections of `params.yaml` by their names, or all `params`."""
    run = import_module(f"segmentation.stages.{name}").run
    given = {**dict(params), "params": params}
    run(**{section: given[section] for section in signature(run).parameters})


if __name__ == "__main__":
    main(sys.argv[1:])
