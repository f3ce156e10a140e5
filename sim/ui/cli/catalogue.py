"""Commands that show what there is: sim check, sim list ..."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from sim.common.errors import Fault, FaultList, SimError, nearest
from sim.report.terminal import show, warn
from sim.ui.cli.options import app, list_app


@app.command()
def check(
    files: Annotated[list[str] | None, typer.Argument(metavar="FILE...", help="Files or shipped names.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema, for editors.")] = False,
) -> None:
    """Checks scenario files: every fault with file, line and column, or a digest of clauses by date.

    Examples:
      sim check my-scenario.yaml
      sim check --schema > scenario.schema.json
    """
    from sim.model.agent_counts import too_few_agents
    from sim.report.catalogue import clauses_by_date, headline
    from sim.scenario import json_schema, load_scenario
    from sim.scenario.remarks import remarks
    from sim.scenario.world_codes import read_codes
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
            world = load_world(found.world)
        except FaultList as error:
            faults += error.faults
        else:
            if few := too_few_agents(found, world):
                faults += [Fault(file, 0, 0, "", message) for message in few.values()]
                continue
            # The model is loaded for sound files only: faults are told sooner, in less memory.
            from sim.simulation.parameter_source import beliefs
            from sim.simulation.simulation import Case

            show(f"{file}: ok", headline(found), clauses_by_date(found))
            chosen = beliefs(Case(found, world), None, 0)
            show(chosen.words)
            warn(*remarks(found, world))
            if chosen.unfitted:
                hubs = ", ".join(chosen.unfitted)
                warn(f"nothing is fitted of these hubs beyond what their traits say, unlike of the others: {hubs}")
            show("")
    if faults:
        raise FaultList(faults)


@list_app.command(name="instruments")
def list_instruments(
    kind: Annotated[str | None, typer.Argument(help="One instrument, to see its fields.")] = None,
    page: Annotated[bool, typer.Option("--page", help="Print the page on all of them, in Markdown.")] = False,
) -> None:
    """Lists the policy instruments, or the fields of one with an example.

    Examples:
      sim list instruments export_ban
      sim list instruments --page > docs/instruments.md
    """
    from sim.policies import INSTRUMENTS
    from sim.report.catalogue import example_of, fields_of, instruments, purpose
    from sim.report.catalogue_pages import instruments_page
    from sim.scenario import load_scenario

    if page:
        typer.echo(instruments_page(), nl=False)
    elif kind is None:
        show(instruments(), "\nsim list instruments KIND shows the fields of one, with an example.")
    elif kind not in INSTRUMENTS:
        raise SimError(f"unknown instrument '{kind}'; {nearest(kind, INSTRUMENTS)}")
    else:
        show(f"{kind}: {purpose(INSTRUMENTS[kind])}\n", fields_of(INSTRUMENTS[kind]), "\nExample:")
        typer.echo(example_of(kind, load_scenario("reference")))


@list_app.command(name="scenarios")
def list_scenarios() -> None:
    """Lists the scenarios that ship with the package.

    Example:
      sim list scenarios
    """
    from sim.report.catalogue import headline
    from sim.scenario import load_scenario, shipped_scenarios

    for name in shipped_scenarios():
        show(f"{name}\n  " + headline(load_scenario(name)).replace("\n", "\n  "))


@list_app.command(name="metrics")
def list_metrics() -> None:
    """Lists the metrics: unit, meaning, and what may stand in brackets.

    Example:
      sim list metrics
    """
    from sim.report.catalogue import metrics

    show(metrics())


@list_app.command(name="parameters")
def list_parameters() -> None:
    """Lists the parameters: default, what is accepted, unit and meaning, by what they are about.

    Example:
      sim list parameters
    """
    from sim.report.catalogue import parameters

    for table in parameters():
        show(table, "")
