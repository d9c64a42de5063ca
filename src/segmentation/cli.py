"""What people call by hand. The pipeline's stages run as `python -m segmentation STAGE`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import Annotated

import typer

from segmentation import __version__, paths
from segmentation.commands import MARGIN
from segmentation.errors import InputError, SettingsError, one_line_errors, printable
from segmentation.terminal import coloured

_SHADES = {"green": "green", "amber": "yellow", "red": "red"}
_WIDTH = 100  # of the lines of a summary

app = typer.Typer(
    help="Customer segments you can trust: the commands beside the DVC pipeline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def say(text: str, *, err: bool = False, style: str = "") -> None:
    """Print a line, on a terminal in a style of `rich`; names in it come from the data."""
    told = printable(text)
    typer.echo(coloured(told, style, sys.stderr if err else sys.stdout) if style else told, err=err)


def version(asked: bool) -> None:
    """Print the version and leave."""
    if asked:
        say(f"segmentation {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[
        bool,
        typer.Option("--version", callback=version, is_eager=True, help="Print the version."),
    ] = False,
    debug: Annotated[bool, typer.Option(help="Show the traceback of an error.")] = False,
) -> None:
    """Customer segments you can trust: the commands beside the DVC pipeline."""


@app.command()
def init(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, Parquet or Excel, a row per customer.")],
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show only, write nothing.")] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget what was edited by hand for this file.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    date_format: Annotated[
        str, typer.Option(help="Of dates that may be two, such as 03/04/2021: %d/%m/%Y.")
    ] = "auto",
) -> None:
    """Write settings and a playbook that fit your own file of customers."""
    from rich.console import Console
    from rich.prompt import Prompt
    from rich.table import Table
    from rich.text import Text

    from segmentation.commands import init as command
    from segmentation.onboarding.plan import PurchasesError

    def ask(question: str, answers: Sequence[str], assumed: str) -> str:
        return Prompt.ask(Text(printable(question)), choices=list(answers), default=assumed)

    asking = not yes and not dry_run and sys.stdin.isatty() and sys.stdout.isatty()
    try:
        done = command.init(
            file, root=Path.cwd(), sheet=sheet, ask=ask if asking else None, dry_run=dry_run,
            fresh=fresh, date_format=date_format,
        )  # fmt: skip
    except PurchasesError as found:
        if sheet is not None or file.suffix.lower() not in (".csv", ".tsv", ".txt", ".parquet"):
            raise
        say(str(found).split(";")[0])
        purchases(file, dry_run=dry_run, date_format=date_format)
        return
    table = Table(title=f"{file}: {done.rows:,} rows", title_justify="left", title_style="bold")
    for heading in ("column", "taken for", "why", "becomes", "unsure of"):
        table.add_column(heading, overflow="fold")
    for column in done.plan.columns:
        cells = (column.name, column.role, column.why, column.becomes, column.unsure)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    worth = " + ".join(done.plan.value) or "not told"
    say(f"Worth of a customer: {worth} ({done.plan.value_why})")
    for note in done.notes:
        say(f"  {note}")
    if done.assumed and not asking:
        say(f"Assumed, have a look: {len(done.assumed)}")
        for each in done.assumed:
            say(f"  {each}")
    if dry_run:
        say("Nothing was written (--dry-run).")
    else:
        say(f"\nWritten: {paths.PARAMS} (data), {paths.PLAYBOOK}. Next: dvc repro")


@app.command()
def purchases(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet with a line for each purchase.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show only, write nothing.")] = False,
    date_format: Annotated[
        str, typer.Option(help="How dates are written, where 03/04/2021 may be two: %d/%m/%Y.")
    ] = "auto",
) -> None:
    """Write settings that make customers of purchases, and wake the stages that do so."""
    from segmentation.commands import purchases as command
    from segmentation.purchases.lines import told

    taken = command.purchases(file, root=Path.cwd(), dry_run=dry_run, date_format=date_format)
    for role, column in taken.columns.items():
        say(f"  {role:<10} {column}")
    say(f"Dates are read as {taken.lines.date_format}; customers are told of as of "
        f"{taken.lines.as_of}.")  # fmt: skip
    if taken.no_products:
        say(f"Taken for no products: {', '.join(taken.no_products)}")
    if taken.currencies:
        say(f"Lines in {', '.join(taken.currencies)} are left out; say under purchases.currencies "
            "what a unit is worth")  # fmt: skip
    say(f"{taken.lines.total:,} lines, {taken.lines.used:,} of them used; left out: "
        f"{told(taken.lines.left_out) or 'none'}")  # fmt: skip
    if dry_run:
        say("Nothing was written (--dry-run).")
    else:
        say(f"\nWritten: {paths.PARAMS} (data, purchases), {paths.PLAYBOOK}. Next: dvc repro")


@app.command()
def months(
    last: Annotated[int, typer.Option(help="How many months.", min=1)] = 12,
    refit: Annotated[
        bool, typer.Option("--refit", help="Find segments anew at each month's end, too.")
    ] = False,
    track: Annotated[
        bool, typer.Option("--track/--no-track", help="Log a run a month beside the model's.")
    ] = True,
) -> None:
    """Tell from purchases who moved between segments at each month's end, by the same model."""
    from segmentation.commands import months as command
    from segmentation.settings.params import load_params

    found = command.months(load_params(paths.PARAMS), last=last, refit=refit, track=track)
    for one in found.steps:
        say(
            f"{one.after}: {one.stayed + one.moved:,} customers, {one.moved:,} moved, "
            f"{one.down:,} of them down; {int(one.arrived.sum()):,} new"
        )
    for again in found.anew:
        say(
            f"{again.day}, found anew: {again.moved:,} moved; agreement with the model "
            f"{again.agreement:.2f}"
        )
    say(f"{len(found.leaving):,} customers are about to leave for a segment that is worth less")
    if (tried := found.warned) is not None and tried.leaving:
        say(
            f"  of {tried.leaving:,} of whom the same would have been said before, "
            f"{tried.leaving_down / tried.leaving:.0%} went down within a month; of others "
            f"{tried.others_down / max(tried.others, 1):.0%}"
        )
    say(f"\nWho went where, drawn: {command.PAGE}; who was where: {paths.MONTHS}")


@app.command()
def sample_purchases(
    out: Annotated[Path, typer.Option(help="The CSV file to write.")] = Path(
        "data/raw/purchases.csv"
    ),
    customers: Annotated[int, typer.Option(help="How many buy.", min=1)] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same purchases.")] = 7,
) -> None:
    """Make synthetic purchases, with the dirt of a real export."""
    from segmentation.artifacts.files import write_csv
    from segmentation.synthetic.purchases import make_purchases

    table = make_purchases(customers, seed=seed)
    write_csv(out, table)
    say(f"{len(table)} lines in {out}")


@app.command()
def sample(
    out: Annotated[Path, typer.Option(help="The CSV file to write.")] = paths.SAMPLE,
    planted: Annotated[
        Path | None, typer.Option(help="Also write which population each customer is from.")
    ] = None,
    rows: Annotated[int, typer.Option(help="Number of customers.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same customers.")] = 7,
    structure: Annotated[str, typer.Option(help="segments: four planted ones | none")] = "segments",
    clean: Annotated[bool, typer.Option("--clean", help="Leave out the dirt.")] = False,
) -> None:
    """Make synthetic customers, with segments or without any."""
    from segmentation.artifacts.files import write_csv
    from segmentation.synthetic.customers import make_customers

    customers, populations = make_customers(
        rows=rows, seed=seed, structure=structure, dirty=not clean
    )
    write_csv(out, customers)
    if planted is not None:
        write_csv(planted, populations)
    say(f"{len(customers)} rows in {out}")


@app.command()
def summary() -> None:
    """Print the segments of the last run, where the report is, and how to open MLflow."""
    from segmentation import artifacts
    from segmentation.artifacts.segments import Segments

    facts = artifacts.read(Segments)
    found = {"separate": "green", "graded": "green", "one": "yellow"}[facts.structure]
    say("\n" + "\n".join(wrap(facts.headline, _WIDTH)) + "\n", style=f"bold {found}")
    for segment in facts.segments:
        marks = segment.marks[:2] or filter(None, [segment.marks_note])
        name = f"  {segment.id}  {segment.name}: {segment.size:,} customers"
        for line in (name, *(f"     {mark}" for mark in marks)):
            say(line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…")
    say(f"\nReport:    {paths.REPORT}")
    say("MLflow UI: make ui    (or: segmentation ui)")


@app.command()
def review(
    base: Annotated[str, typer.Argument(help="The git revision to compare with, such as main.")],
    head: Annotated[
        str | None,
        typer.Option(help="The revision or experiment under review; the workspace if left out."),
    ] = None,
    out: Annotated[Path, typer.Option(help="The Markdown page to write.")] = paths.REVIEW,
    html: Annotated[
        bool, typer.Option("--html", help="Also write a page with all pictures beside it.")
    ] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Run data, settings and code of the change one by one.")
    ] = False,
    within: Annotated[
        float | None, typer.Option(help="Seconds that --why may take.", min=0)
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Fail if the review is red.")] = False,
    unmoved: Annotated[
        bool, typer.Option("--unmoved", help="Fail if any customer changes segment, too.")
    ] = False,
) -> None:
    """Compare two revisions: settings, metrics, who moved, data. Only --why runs anything."""
    from segmentation.repository.snapshot import Snapshot

    before = Snapshot.at(base)
    after = Snapshot.at(head) if head else Snapshot.of_workspace()

    # Imported here so that a mistyped revision is told at once.
    from segmentation.artifacts import files
    from segmentation.repository.damage import of_damage
    from segmentation.review.comparison import compare
    from segmentation.review.side import side_of
    from segmentation.views import review as pages

    try:
        comparison = compare(side_of(before), side_of(after))
    except Exception as error:
        damage = None if head else of_damage(error)
        if damage is None:
            raise
        raise damage from error
    trials = None
    if why and comparison.verdict is not None:
        from segmentation.commands.why import why as try_causes

        trials = try_causes(before, after, root=Path.cwd(), within=within)
    files.write_text(out, pages.markdown(comparison, trials))
    verdict = comparison.verdict
    say(comparison.headline, style=f"bold {_SHADES[verdict.colour]}" if verdict else "bold")
    if comparison.summary:
        say(comparison.summary)
    say(f"\nReview: {out}")
    if html:
        page = out.with_suffix(".html")
        files.write_text(page, pages.html(comparison, trials))
        say(f"        {page}")
    if problem := comparison.problem(check=check, unmoved=unmoved):
        raise InputError(problem)


@app.command()
def ui(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 5000,
) -> None:
    """Open the MLflow UI on the store in this repository, for this machine only."""
    from segmentation.settings.params import load_params
    from segmentation.tracking.store import embedded_uri, ui_path

    os.environ.pop("MLFLOW_TRACKING_URI", None)  # a shared server has its own UI
    path = ui_path(load_params(paths.PARAMS).track.experiment, Path.cwd())
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    # Eight processes more, for judging answers of language models.
    os.environ.setdefault("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
    say(f"MLflow UI: http://127.0.0.1:{port}{path}    (Ctrl-C stops it)")
    command = ["-m", "mlflow", "ui", "--backend-store-uri", embedded_uri(Path.cwd())]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606


@app.command()
def dashboard(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 8501,
    host: Annotated[
        str, typer.Option(help="Address to serve on. Others than this machine's: see the docs.")
    ] = "127.0.0.1",
) -> None:
    """Open pages on the segments, the runs and scoring, for this machine only."""
    from segmentation.dashboard import start
    from segmentation.errors import warn

    command = start.command(host, port)
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    if host not in start.LOCAL:
        warn(f"on {host}, {start.RISK}")
    say(f"Dashboard: http://{host}:{port}    (Ctrl-C stops it)")
    os.execv(sys.executable, command)  # noqa: S606


MODEL = (
    "champion, the id or name of a run, NAME@REVISION, workspace, or a .skops file; by default the "
    "champion, or the last run's as long as there is none."
)
TABLE = "customers"


@app.command()
def score(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, a row per customer.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="By default FILE with _scored in its name.")
    ] = None,
    model: Annotated[str | None, typer.Option(help=MODEL)] = None,
) -> None:
    """Write a file's customers with their segment, how firmly, and why."""
    from segmentation.commands import score as command
    from segmentation.errors import warn

    done = command.score(file, out, model=model)
    counts = done.counts
    say(f"{counts.scored:,} of {counts.rows:,} rows scored by {done.chosen.called}")
    for segment, customers in sorted(counts.segments.items()):
        name = done.chosen.name_of(segment)
        say(f"  {segment if segment > 0 else '-'}  {name}: {customers:,}")
    if done.chosen.baseline is None:
        say("  who is unlike any in training is not known of this model")
    else:
        say(f"  unlike any in training: {counts.unlike:,}")
    for why, rows in counts.not_scored.most_common():
        say(f"  not scored, {why}: {rows:,}")
    for name, cells in counts.unseen.items():
        if cells:
            say(f"  {name}: {cells:,} of a category that the training had not, or had too rarely")
    if done.damaged:
        lines = (
            "1 line is no row and is"
            if done.damaged == 1
            else f"{done.damaged:,} are no rows and are"
        )
        warn(f"{lines} not in the output; {done.first_damage}")
    say(f"Written: {done.out}, and what it was made of: {done.sidecar}")


@app.command()
def export(
    sql: Annotated[
        str | None,
        typer.Option(help="The model, for: duckdb, postgres, sqlite, bigquery, snowflake, spark."),
    ] = None,
    onnx: Annotated[Path | None, typer.Option(help="The model as ONNX: a file to write.")] = None,
    changes: Annotated[
        str | None,
        typer.Option(
            help="Who moved since: last (what was told last; everyone the first time), a run, a "
            "day such as 2026-03-31, or a file with a segment each."
        ),
    ] = None,
    star: Annotated[
        Path | None, typer.Option(help="A folder for the tables of a star schema.")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            "-o",
            help="The SELECT's file; for changes .csv, .parquet, .jsonl, .duckdb, .sqlite, or "
            "postgresql://USER@HOST/DATABASE.",
        ),
    ] = None,
    model: Annotated[str | None, typer.Option(help=f"For --sql and --onnx: {MODEL}")] = None,
    table: Annotated[str, typer.Option(help="For --sql: the customers' table.")] = TABLE,
    holdout: Annotated[
        float,
        typer.Option(help="For --changes: share to be left alone.", min=0.0, max=0.9),
    ] = 0.0,
    seed: Annotated[
        int | None, typer.Option(help="For --changes: another seed leaves others alone.")
    ] = None,
) -> None:
    """Hand the model (--sql, --onnx), who moved (--changes) or all results (--star) on."""
    asked = {"--sql": sql, "--onnx": onnx, "--changes": changes, "--star": star}
    given = [name for name, value in asked.items() if value is not None]
    if len(given) != 1:
        raise SettingsError("export takes one of --sql, --onnx, --changes and --star")
    for option, there, kinds in (
        ("-o", out is not None, ("--sql", "--changes")),
        ("--model", model is not None, ("--sql", "--onnx")),
        ("--table", table != TABLE, ("--sql",)),
        ("--holdout", bool(holdout), ("--changes",)),
        ("--seed", seed is not None, ("--changes",)),
    ):
        if there and given[0] not in kinds:
            raise SettingsError(
                f"{option} is for {' and '.join(kinds)}, not for {given[0]}; leave it out"
            )
    if changes is not None:
        from segmentation.commands import changes as moves

        if out is None:
            raise SettingsError("--changes needs a file to write: -o changes.csv")
        done = moves.changes(changes, out, holdout=holdout, seed=seed)
        if done.out is None:
            say("Nobody moved; nothing was written")
        else:
            counted = ", ".join(f"{n:,} {what}" for what, n in sorted(done.counts.items()))
            say(f"{counted}. Written: {done.out}")
        return

    from segmentation.commands import export as command

    if sql is not None:
        file = None if out is None else Path(out)
        text = command.as_sql(sql, file, model=model, table=table)
        say(text if out is None else f"Written: {out}")
    elif onnx is not None:
        command.as_onnx(onnx, model=model)
        say(f"Written: {onnx}")
    elif star is not None:
        for path in command.star(star):
            say(f"Written: {path}")


@app.command()
def effect(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet: an id and an outcome each.")],
    outcome: Annotated[str, typer.Option(help="The column with the outcome, a number.")],
    cost: Annotated[float, typer.Option(help="Of treating one customer.")] = 0.0,
    absent: Annotated[
        float | None, typer.Option(help="The outcome of customers whom the file does not name.")
    ] = None,
) -> None:
    """Tell what treating customers did beside those left alone, and whether it pays."""
    from segmentation.artifacts.effect import Effect
    from segmentation.commands import changes as command

    found = command.effect(file, outcome=outcome, cost=cost, absent=absent)
    for each in (*found.segments, found.together):
        told = f"{each.name}: {each.treated:,} treated, {each.held_out:,} left alone"
        if each.difference is not None:
            interval = "no interval, as all of either have the same outcome"
            if each.interval is not None:
                interval = f"{each.interval[0]:+.4g} to {each.interval[1]:+.4g}"
            told += f"; {each.difference:+.4g} each ({interval})"
        say(f"{told}: {each.verdict}")
    if found.strangers:
        say(f"{found.strangers:,} rows are of customers that the last export did not name")
    say(f"Written: {Effect.path}")


@app.command()
def drift(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, a row per customer.")],
    model: Annotated[str | None, typer.Option(help=MODEL)] = None,
    track: Annotated[
        bool, typer.Option("--track/--no-track", help="Log it as a run beside the model's.")
    ] = True,
) -> None:
    """Tell whether customers have changed since the training.

    The exit code is 0 for steady, 3 for watch and 4 for retrain.
    """
    from segmentation.artifacts.drift import Drift
    from segmentation.commands import drift as command
    from segmentation.views.drift import HEADLINES

    found = command.drift(file, model=model, track=track)
    say(HEADLINES[found.verdict])
    for reason in found.reasons:
        say(f"  {reason}")
    say(f"Written: {command.PAGE}, {Drift.path}")
    raise typer.Exit(command.EXIT_CODES[found.verdict])


@app.command()
def typing(
    model: Annotated[str | None, typer.Option(help=MODEL)] = None,
) -> None:
    """Write a few plain questions that place a new customer, as a page and as JSON."""
    from segmentation.artifacts.typing import Typing
    from segmentation.commands import typing as command
    from segmentation.insight.numbers import counted

    found = command.typing(model=model)
    say(
        f"{counted(len(found.questions), 'question')}, at most {found.most_asked} of a customer, "
        f"to place {found.accuracy:.0%} of {found.customers:,} customers left out as the model does"
    )
    say(f"Written: {command.PAGE}, {Typing.path}")


@app.command()
def sweep(
    algorithm: Annotated[
        str, typer.Option(help="Algorithms, separated by commas.")
    ] = "kmeans,gaussian_mixture",
    k: Annotated[str, typer.Option(help="Numbers of segments.")] = "3,4,5",
    scaler: Annotated[str, typer.Option(help="Scalers of the features.")] = "standard,robust",
    jobs: Annotated[int, typer.Option(help="Experiments at the same time.", min=1)] = 2,
) -> None:
    """Run every combination as a DVC experiment, tracked like any run, and rank them."""
    from rich.console import Console
    from rich.table import Table

    from segmentation.commands import sweep

    try:
        ks = [int(word) for word in k.split(",")]
    except ValueError:
        raise SettingsError(f"--k takes whole numbers separated by commas, not '{k}'") from None
    candidates = sweep.grid(algorithm.split(","), ks, scaler.split(","))
    say(f"{len(candidates)} experiments, {jobs} at a time", err=True)
    sweep.run(candidates, jobs=jobs)
    ranked = sweep.rank(sweep.results(candidates, Path.cwd()))
    console = Console(width=None if sys.stdout.isatty() else 160)  # files are not 80 wide
    for space in dict.fromkeys(result.space for result in ranked):
        table = Table(title=f"Scaler: {space}", title_justify="left", title_style="bold")
        for column in ("experiment", "k", "structure", "noise", "least stable", "silhouette"):
            named = column == "experiment"
            table.add_column(column, justify="left" if named else "right", no_wrap=named)
        for result in ranked:
            if result.space == space and result.metrics is not None:
                mark = " *" if result.leader else ""
                table.add_row(result.candidate.name + mark, *sweep.cells(result.metrics))
        console.print(table)
    console.print(
        "* trusted as the first is, and within two standard errors of its silhouette. Silhouettes "
        "of different scalers measure different distances: they do not compare.\n"
        "Take one over: dvc exp apply NAME"
    )
    failed = [result.candidate.name for result in ranked if result.metrics is None]
    if failed:
        raise InputError(f"failed: {', '.join(failed)}; see why with `dvc queue logs NAME`")


@app.command()
def promote(
    run: Annotated[
        str | None,
        typer.Argument(help="Id or name; by default the present state's run."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Whatever speaks against it.")] = False,
    margin: Annotated[
        float, typer.Option(help="How far stability and silhouette may be below the champion's.")
    ] = MARGIN,
) -> None:
    """Make a run the reference: its segments keep their numbers and names from now on."""
    from segmentation.commands.promote import promote
    from segmentation.settings.params import load_params

    done = promote(load_params(paths.PARAMS), run, force=force, margin=margin)
    say(
        f"'{done.run}' is the reference, and its model the champion "
        f"(models:/{done.model}@champion, version {done.version})."
    )
    if not done.with_customers:
        say(
            "Its customers are not in DVC's cache, so segments will be recognised by their "
            "centroids. With a remote: `dvc fetch --all-commits`, then promote again."
        )
    say(f"Next: dvc repro; git add {paths.REFERENCE.parent} dvc.lock reports; git commit")
    say("With a DVC remote: dvc push, so that others have the reference's customers too.")


@app.command()
def track(
    everything: Annotated[
        bool, typer.Option("--all", help="Every committed state and DVC experiment.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Replace runs that are there, if they show other things.")
    ] = False,
) -> None:
    """Log the pipeline's state as an MLflow run; with --all, every state in git's history."""
    if not everything:
        from segmentation.settings.params import load_params
        from segmentation.stages import track as stage

        stage.log(load_params(paths.PARAMS), anew=anew)
        return
    from segmentation.commands.backfill import track_all

    skipped = there = 0
    for outcome in track_all(Path.cwd(), anew=anew):
        if outcome.problem:
            skipped += 1
            say(f"skipped {outcome.state.name}: {outcome.problem}", err=True)
        elif outcome.logged:
            say(f"logged  {outcome.state.name}")
        else:
            there += 1
    say(f"{there} states were tracked already")
    if skipped:
        raise InputError(
            f"{skipped} states could not be logged; outputs that are not in DVC's cache come with "
            "`dvc fetch --all-commits`, or for an experiment with `dvc exp pull`"
        )


def main() -> None:
    """Run the command line."""
    with one_line_errors(debug="--debug" in sys.argv):
        app()
