"""The command line: the only file that speaks to the user (through `sim.terminal`).

What the model needs is imported inside each command, so that `sim --help` answers at once. A user's mistake ends with
one message on stderr and status 2, Ctrl-C with status 130; neither leaves anything half written.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sim.errors import FaultList, SimError, nearest
from sim.terminal import progress_of, show

if TYPE_CHECKING:
    from rich.table import Table

    from sim.cases import Case
    from sim.comparison import Comparison
    from sim.requests import Changes


app = typer.Typer(
    help="Simulates sanctions and the trade that goes round them, month by month, from customs figures.",
    epilog="First steps: sim demo, then sim scenarios, then sim run reference.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
world_app = typer.Typer(help="Shows a world, or builds one from tables of facts.", no_args_is_help=True)
app.add_typer(world_app, name="world")

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a shipped scenario.")
]
Exporters = Annotated[int | None, typer.Option(help="Exporting firms.")]
Mode = Annotated[Literal["sampled", "expected"] | None, typer.Option(help="Firms draw, or spread by their odds.")]
Seed = Annotated[int | None, typer.Option(help="Seed of every draw.")]
Months = Annotated[str | None, typer.Option(metavar="FIRST:LAST", help="Months to run, YYYY-MM:YYYY-MM.")]
Setting = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Sets a parameter.")]
OutFolder = Annotated[Path, typer.Option("--out", "-o", help="Folder that the run's folder is written into.")]


def main() -> None:
    """Runs the command line; a user's mistake becomes one message on stderr and exit status 2."""
    try:
        app()
    except SimError as error:
        typer.echo(f"{error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False) -> None:
    if version:
        from sim.versions import version_of

        typer.echo(f"sanctions-sim {version_of()}")
        raise typer.Exit


@app.command()
def run(
    scenario: ScenarioName,
    out: OutFolder = Path("results"),
    exporters: Exporters = None,
    mode: Mode = None,
    seed: Seed = None,
    months: Months = None,
    changes: Setting = None,
    pair: Annotated[
        bool, typer.Option("--pair/--no-pair", help="Also run it without its policies, to compare.")
    ] = True,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw figures.")] = True,
) -> None:
    r"""Runs a scenario and, paired with it, the same world without its policies.

    Writes tables, record and figures below --out and shows what the policies did.

    \b
    Examples:
      sim run reference
      sim run reference --mode expected --exporters 4000 --months 2021-01:2022-12
      sim run my-scenario.yaml --seed 7 --set learning=0.8 --set forgetting=0.02
    """
    from sim.requests import Changes

    asked = Changes({"exporters": exporters, "mode": mode}, seed, months, changes or ())
    _run(scenario, asked, out, pair=pair, figures=None if figures else ())


@app.command()
def demo(out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder; else ./results.")] = None) -> None:
    r"""Runs the reference scenario small and fast, in expected mode, with figures.

    Writes to ./results, or to a temporary folder where that cannot be written, and says where.

    \b
    Example:
      sim demo
    """
    from sim.requests import DEMO, DEMO_FIGURES, unwritable

    folder = out or Path("results")
    if out is None and unwritable(folder):
        folder = Path(tempfile.mkdtemp(prefix="sim-demo-"))
    _run("reference", DEMO, folder, pair=True, figures=DEMO_FIGURES)


@app.command()
def check(
    files: Annotated[list[str] | None, typer.Argument(metavar="FILE...", help="Files or shipped names.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema, for editors.")] = False,
) -> None:
    r"""Checks scenario files: every fault with file, line and column, or a digest of clauses by date.

    \b
    Examples:
      sim check my-scenario.yaml
      sim check --schema > scenario.schema.json
    """
    from sim.handbook import clauses_by_date, headline
    from sim.rules.custom import checked_rules
    from sim.scenario import json_schema, load_scenario
    from sim.scenario.codes import read_codes
    from sim.world import find_world, load_world

    if schema:
        typer.echo(json.dumps(json_schema(read_codes(find_world("reference"))), indent=2))
        return
    if not files:
        raise SimError("name at least one scenario file, such as: sim check my-scenario.yaml")
    faults: list[Any] = []
    for file in files:
        try:
            found = load_scenario(file)
            checked_rules(found.rules)
            load_world(found.world)
        except FaultList as error:
            faults += error.faults
        else:
            show(f"{file}: ok", headline(found), clauses_by_date(found), "")
    if faults:
        raise FaultList(faults)


@app.command()
def compare(
    first: ScenarioName,
    second: Annotated[str, typer.Argument(metavar="OTHER", help="Another.")],
    exporters: Exporters = None,
    mode: Mode = None,
    seed: Seed = None,
    months: Months = None,
    changes: Setting = None,
) -> None:
    r"""Runs two scenarios paired (same world, months, agents and seed) and shows how their law and their flows differ.

    The options change both scenarios alike.

    \b
    Examples:
      sim compare my-scenario.yaml reference
      sim compare my-scenario.yaml reference --mode expected --exporters 4000
    """
    from sim.comparison import compare as run_both
    from sim.handbook import clause_differences
    from sim.requests import Changes, asked_for

    asked = Changes({"exporters": exporters, "mode": mode}, seed, months, changes or ())
    a, b = asked_for(first, asked), asked_for(second, asked)
    with progress_of("two runs") as progress:
        comparison = run_both(a, b, progress)
    law = clause_differences(a.scenario, b.scenario)
    show(f"first, 'with': {a.scenario.title}\nsecond, 'without': {b.scenario.title}\n")
    show(law if law is not None else "The two have the same clauses, drivers and parameters.", "")
    show(*_flows(comparison, a))


@app.command()
def plot(
    folder: Annotated[Path, typer.Argument(metavar="RESULTS_FOLDER", help="Folder of a run made before.")],
    baseline: Annotated[Path | None, typer.Option(help="Run to compare with; else the one recorded.")] = None,
) -> None:
    r"""Draws the figures of a saved run again.

    \b
    Example:
      sim plot results/NAME-OF-THE-RUN
    """
    from sim.comparison import Comparison
    from sim.plots import save_all
    from sim.requests import FIGURES, in_its_place
    from sim.results import Results

    results = Results.open(folder)
    if baseline is None and "baseline" in results.record:
        baseline = folder.resolve().parent / str(results.record["baseline"])
    with in_its_place(folder / FIGURES) as scratch:
        save_all(Comparison(results, Results.open(baseline)) if baseline else results, scratch)
    show(*sorted(str(path) for path in (folder / FIGURES).iterdir()))


@app.command()
def mirror(
    folder: Annotated[Path, typer.Argument(metavar="RESULTS_FOLDER", help="Folder of a run made before.")],
    exporter: Annotated[str, typer.Argument(metavar="EXPORTER", help="State whose office records exports.")],
    importer: Annotated[str, typer.Argument(metavar="IMPORTER", help="State whose office records imports.")],
    good: Annotated[str | None, typer.Option(help="One good; else all together.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder; else the run's figures.")] = None,
) -> None:
    r"""Sets two states' customs records of one flow against each other and the truth: the mirror gap and its causes.

    \b
    Example:
      sim mirror results/NAME-OF-THE-RUN CODE-OF-A-STATE CODE-OF-ANOTHER --out .
    """
    from sim.reports import mirror as report
    from sim.requests import draw_pair

    results, pair, picture = draw_pair(folder, (exporter, importer), good, out)
    show(report(results, pair), str(picture), str(picture.with_suffix(".csv")))


@world_app.command("show")
def world_show(
    name: Annotated[str, typer.Argument(help="A world's folder, or the name of a shipped one.")] = "reference",
) -> None:
    r"""Shows a world's totals against the published ones, and which share of its value was observed.

    \b
    Example:
      sim world show reference
    """
    from sim.world import load_world
    from sim.world.audit import show as audit_of

    typer.echo(audit_of(load_world(name), name))


@world_app.command("build")
def world_build(
    figures: Annotated[Path, typer.Argument(help="Folder of the tables of facts.")],
    out: Annotated[Path, typer.Argument(help="Folder that the world is written into.")],
) -> None:
    r"""Builds a world from tables of facts: the same facts give the same bytes.

    \b
    Example:
      sim world build calibration/figures scenarios/worlds/reference
    """
    from sim.requests import in_its_place
    from sim.world import load_world
    from sim.world.build import build_world

    with in_its_place(out) as scratch:
        files = build_world(figures, scratch)
        load_world(scratch)
    show(*(str(out / path.name) for path in files))


@app.command()
def policies(
    kind: Annotated[str | None, typer.Argument(help="One instrument, to see its fields.")] = None,
    page: Annotated[bool, typer.Option("--page", help="Print the page on all of them, in Markdown.")] = False,
) -> None:
    r"""Lists the policy instruments, or the fields of one with an example.

    \b
    Examples:
      sim policies export_ban
      sim policies --page > docs/instruments.md
    """
    from sim.handbook import example_of, fields_of, instruments, purpose
    from sim.handbook_pages import instruments_page
    from sim.policies import INSTRUMENTS
    from sim.scenario import load_scenario

    if page:
        typer.echo(instruments_page(), nl=False)
    elif kind is None:
        show(instruments(), "\nsim policies KIND shows the fields of one, with an example.")
    elif kind not in INSTRUMENTS:
        raise SimError(f"unknown instrument '{kind}'; {nearest(kind, INSTRUMENTS)}")
    else:
        show(f"{kind}: {purpose(INSTRUMENTS[kind])}\n", fields_of(INSTRUMENTS[kind]), "\nExample:")
        typer.echo(example_of(kind, load_scenario("reference")))


@app.command()
def scenarios() -> None:
    r"""Lists the scenarios that ship with the package.

    \b
    Example:
      sim scenarios
    """
    from sim.handbook import headline
    from sim.scenario import load_scenario, shipped_scenarios

    for name in shipped_scenarios():
        show(f"{name}\n  " + headline(load_scenario(name)).replace("\n", "\n  "))


# ---------------------------------------------------------------------------------------------------- what they share
def _run(name: str, changes: Changes, out: Path, *, pair: bool, figures: Sequence[str] | None) -> None:
    """Runs a case as asked, saves it, shows what came out; figures by name, all of them if None."""
    from sim.comparison import compare as run_both
    from sim.reports import deliveries_alone, ledgers
    from sim.requests import FIGURES, asked_for, refuse_unwritable, save_pair, save_run

    case = asked_for(name, changes)
    refuse_unwritable(out)
    with progress_of(case.scenario.title) as progress:
        if pair:
            comparison = run_both(case, progress=progress)
            results = comparison.policy
            folder, usual = save_pair(comparison, out, figures)
        else:
            results = case.run(progress)
            folder, usual = save_run(results, out, figures), None
    show(*(_flows(comparison, case) if pair else [deliveries_alone(results)]), ledgers(results))
    show(f"tables:           {folder}")
    if pictures := list((folder / FIGURES).glob("*.png")):
        show(f"figures:          {folder / FIGURES} ({len(pictures)} pictures)")
    if usual:
        show(f"without policies: {usual}")


def _flows(comparison: Comparison, case: Case) -> list[Table]:
    from sim.reports import deliveries, top_origins, top_roads

    names = dict(zip(case.world.states, case.world.state_names, strict=True))
    return [deliveries(comparison), top_origins(comparison, names), top_roads(comparison, names)]
