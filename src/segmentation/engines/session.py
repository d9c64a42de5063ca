"""Start Spark, or say in one line why it cannot be started."""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import warnings
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation import errors
from segmentation.errors import SegmentationError, SettingsError
from segmentation.settings.shared.engine import Engine

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

OLDEST_JAVA = 17
_JAVA_OPTIONS = "spark.driver.extraJavaOptions"
_ANSWERS = 10  # seconds that a cluster's master has to answer; Spark itself is silent for a minute
_QUIET = """\
rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = stderr
appender.console.type = Console
appender.console.name = stderr
appender.console.target = SYSTEM_ERR
appender.console.filter.errors.type = ThresholdFilter
appender.console.filter.errors.level = error
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c{1}: %replace{%m}{(?s)\\n.*}{}%ex{none}%n
"""


def session(engine: Engine) -> "SparkSession":
    """Return the session, which is started if there is none.

    Raises
    ------
    SettingsError
        There is no PySpark, no Java, or no Spark at `engine.master`.
    """
    if find_spec("pyspark") is None:
        raise SettingsError(
            "engine.name is spark, and PySpark is not installed; run `pip install -r "
            "requirements-spark.txt`, or set engine.name to local"
        )
    here = engine.master.startswith("local")
    _java()
    _answers(engine.master)
    package = Path(errors.__file__).resolve().parent
    if here:
        # What Spark starts on this machine is the Python, and runs the code, that runs here.
        path = [str(package.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        os.environ["PYTHONPATH"] = os.pathsep.join(path)
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # Rows go between Spark and Arrow; pandas has no part in it.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("segmentation").master(engine.master)
    settings = _settings(here=here)
    for name, value in engine.options.items():
        more = settings.get(name) if name == _JAVA_OPTIONS else None
        settings[name] = f"{more} {value}" if more else str(value)
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        started = builder.getOrCreate()
    except Exception as error:
        raise SettingsError(
            f"Spark does not start at {engine.master}: {_said(error)}; "
            "mend engine.master or engine.options in params.yaml"
        ) from error
    if not here:
        started.sparkContext.addPyFile(str(_zipped(package)))
    return started


def scratch(engine: Engine) -> "tempfile.TemporaryDirectory[str]":
    """Return a new folder that all of Spark sees: on this machine, or in the workspace."""
    where = None if engine.master.startswith("local") else Path.cwd()
    return tempfile.TemporaryDirectory(prefix=".segmentation-spark-", dir=where)


def _settings(*, here: bool) -> dict[str, str]:
    folder = Path(tempfile.gettempdir()) / f"segmentation-spark-{os.getpid()}"
    folder.mkdir(exist_ok=True)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    log = folder / "log4j2.properties"
    log.write_text(_QUIET, encoding="utf-8")
    settings = {
        _JAVA_OPTIONS: f"-Dlog4j2.configurationFile={log.as_uri()}",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.caseSensitive": "true",  # age and Age are two columns of a CSV
        # What is sent to every executor goes through the driver: a level or a rule, no customers.
        "spark.sql.autoBroadcastJoinThreshold": "1m",
        "spark.ui.showConsoleProgress": str(sys.stderr.isatty()).lower(),
    }
    if here:
        # Nothing listens but to this machine, and small tables are not cut into 200 pieces.
        processors = len(os.sched_getaffinity(0))
        settings |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.driver.memory": "2g",
            "spark.sql.shuffle.partitions": str(2 * processors),
        }
    return settings


def _java() -> None:
    """Raise if there is no Java that Spark runs on."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin/java") if home else "java"
    found = shutil.which(java)
    mend = (
        f"install a runtime of version {OLDEST_JAVA} or newer (on Debian and Ubuntu `apt-get "
        "install default-jre-headless`) or set JAVA_HOME to one, or set engine.name to local"
    )
    if not found:
        where = f"none in JAVA_HOME ({home})" if home else "none here"
        raise SettingsError(f"engine.name is spark, which needs Java, and there is {where}; {mend}")
    told = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
    version = told.split('"')[1] if told.count('"') > 1 else ""
    major = version.split(".")[0]
    if major.isdigit() and int(major) < OLDEST_JAVA:
        raise SettingsError(f"engine.name is spark, and Java {version} is too old for it; {mend}")


def _answers(master: str) -> None:
    """Raise if there is nothing where the master of a cluster is said to be."""
    mend = "mend engine.master in params.yaml, or set engine.name to local"
    if master == "yarn":
        told = ("HADOOP_CONF_DIR", "YARN_CONF_DIR", "SPARK_HOME", "SPARK_CONF_DIR")
        if not any(os.environ.get(name) for name in told):
            raise SettingsError(
                "engine.master is yarn, and nothing says where that is: set HADOOP_CONF_DIR to the "
                f"folder with its settings; {mend}"
            )
    if not master.startswith("spark://"):
        return
    why = ""
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWERS).close()
        except (OSError, OverflowError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or str(error)
        else:
            return
    raise SettingsError(f"no Spark answers at {master} ({why}); {mend}")


def _zipped(package: Path) -> Path:
    """Pack the package, which the machines of a cluster run too."""
    target = Path(tempfile.mkdtemp(prefix="segmentation-")) / "segmentation.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(package.rglob("*.py")):
            archive.write(file, file.relative_to(package.parent).as_posix())
    return target


def failed(error: BaseException | None) -> SegmentationError | None:
    """Return what to raise for an error of Spark, in a line; None for any other."""
    if error is None or not type(error).__module__.startswith(("pyspark.", "py4j.")):
        return None
    return SegmentationError(
        f"Spark stopped: {_said(error)}; mend engine.options in params.yaml, set engine.name to "
        "local, or add --debug to see where"
    )


def _said(error: BaseException) -> str:
    """Say in a line what Java, or a Python that Spark started, has written a page about."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    for i, line in enumerate(lines):
        if line.endswith("Traceback (most recent call last):"):
            lines = [after for after in lines[i + 1 :] if not after[0].isspace()][:1] or lines
            break
    causes = [line for line in lines if line.startswith("Caused by: ")]
    told = (causes or [line[2:] for line in lines if line.startswith(": ")] or lines or [""])[-1]
    return told.removeprefix("Caused by: ").strip(" .") or type(error).__name__
