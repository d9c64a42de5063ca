"""Tell of a file that was changed since it was made, where it is the cause of an error."""

from segmentation.errors import InputError, SettingsError, TrackingError
from segmentation.repository.snapshot import Snapshot


def of_damage(error: Exception, stage: str | None = None) -> InputError | None:
    """Return an error that names the file which is not as it was made; None if there is none.

    What was fed with such a file may fail anywhere, in words that say nothing of it. Files are
    compared only where something failed: who runs stages by hand makes files that `dvc.lock` does
    not know.

    Parameters
    ----------
    error : Exception
    stage : str, optional
        Only files that this stage reads.
    """
    if isinstance(error, SettingsError | TrackingError):
        return None
    try:
        changed = Snapshot.of_workspace().changed(stage)
    except InputError:  # a dvc.lock that cannot be read tells nothing
        return None
    if not changed or any(name in str(error) for name in changed):
        return None
    return InputError(
        f"{changed[0]} is not as it was made, and cannot be used "
        f"({type(error).__name__}: {error}); make it again with `dvc repro`"
    )
