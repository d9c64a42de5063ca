"""Load a model for use elsewhere, once it is sure that it is the one that the pipeline made."""

from pathlib import Path
from typing import Any

from segmentation import paths
from segmentation.algorithms import models
from segmentation.errors import InputError
from segmentation.repository import lock
from segmentation.repository.snapshot import Snapshot, md5
from segmentation.settings.params import load_params
from segmentation.tracking import registry, runs
from segmentation.tracking.store import open_store, repository
from segmentation.tracking.verified import VerifiedRun


def load_model(name: str | None = None) -> Any:
    """Return a model that takes a table of customers: ``model.predict(customers)``.

    Its content is compared with the hash in `dvc.lock` (a file from elsewhere has none), and skops
    checks its types before anything of it is made. MLflow's own loaders do neither: they run what
    the store says.

    Parameters
    ----------
    name : str, optional
        ``"champion"``, the id or the name of a run, or a file ending in ``.skops`` that was brought
        from elsewhere; by default the model in this folder.

    Raises
    ------
    InputError
        There is no such run, or the model is not the one that was made.
    ModelError
        It cannot be read, or holds types that are not those of a model of this pipeline.
    TrackingError
        The tracking store cannot be used.
    """
    if name is None:
        here = Snapshot.of_workspace()
        content = here.get(paths.MODEL, bytes)
        digest = lock.hash_of(here.stages, paths.MODEL, "outs")
        if md5(content) != digest:
            raise InputError(f"{paths.MODEL} is not the one in dvc.lock; run `dvc repro`")
        return models.loads(content, str(paths.MODEL))
    if name.endswith(paths.MODEL.suffix):
        if not Path(name).exists():
            raise InputError(f"{name} is not there; `dvc artifacts get` brings a model's file here")
        return models.loads(Path(name).read_bytes(), name)
    experiment = load_params(paths.PARAMS).track.experiment
    with open_store(repository()) as client:
        if name == registry.CHAMPION:
            run = registry.champion(client, experiment)
            if run is None:
                raise InputError("there is no champion yet; make one with `segmentation promote`")
        else:
            run = runs.find_run(client, experiment, wanted=name, key=None)
        return models.loads(VerifiedRun.of(client, run).model(), f"the model of the run '{name}'")
