"""Dashboards as Grafana reads them, made with Grafana's own builders (the `grafana` extra); nothing else imports those."""

import json
import zlib
from collections.abc import Sequence
from typing import Any

from grafana_foundation_sdk.builders import bargauge, bigquery, dashboard, table, timeseries
from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.bigquery import EditorMode, QueryFormat

from validator.config.head import head_of
from validator.config.jobs import function_url
from validator.config.panels import DAYS, Panel
from validator.ssot.source import Ssot

PLUGIN = "grafana-bigquery-datasource"
SOURCE = models.DataSourceRef(type_val=PLUGIN, uid="${datasource}")
GREEN, AMBER, RED, GREY = "green", "orange", "red", "text"
COLOURS = {
    **dict.fromkeys(("PASS", "OK", "success"), GREEN),
    **dict.fromkeys(("WARN", "WARNING", "no_data", "running"), AMBER),
    **dict.fromkeys(("FAIL", "CRITICAL", "ERROR", "failed", "NEVER RAN"), RED),
    **dict.fromkeys(("SKIP", "NOT LOGGED"), GREY),
}
ROW_HEIGHT, WIDTH = 8, 24


def render_dashboard(ssot: Ssot, key: str, title: str, panels: Sequence[Panel], other: str) -> str:
    """The dashboard's JSON. `key` and the pipeline's name give its uid, so that importing it again replaces it."""
    made = (
        dashboard.Dashboard(f"{ssot.pipeline.name}: {title}")
        .uid(uid_of(ssot, key))
        .description(head_of(ssot.pipeline.name))
        .tags(["validation", "generated"])
        .timezone(ssot.pipeline.time_zone)
        .time(f"now-{DAYS}d", "now")
        .refresh("5m")
        .readonly()
        .with_variable(dashboard.DatasourceVariable("datasource").label("BigQuery").type(PLUGIN))
        .with_variable(_runner(ssot))
        .link(
            dashboard.DashboardLink("The other dashboard")
            .type(models.DashboardLinkType.LINK)
            .url(f"/d/{uid_of(ssot, other)}")
        )
        .link(dashboard.DashboardLink("Runs").type(models.DashboardLinkType.LINK).url("${runner}/runs"))
    )
    for number, (panel, place) in enumerate(zip(panels, _places(panels), strict=True), start=1):
        made.with_panel(_panel(panel).id(number).grid_pos(place))
    data = json.loads(json.dumps(made.build(), cls=JSONEncoder))
    # First, where a reader of the file and the head's own reader look.
    ordered = {"description": data.pop("description"), **dict(sorted(data.items()))}
    return json.dumps(ordered, indent=2, ensure_ascii=False) + "\n"


def uid_of(ssot: Ssot, key: str) -> str:
    """At most 40 characters, as Grafana wants: readable, and another one for another pipeline."""
    name = "".join(character if character.isalnum() else "-" for character in ssot.pipeline.name.lower())
    return f"{name[:12]}-{zlib.crc32(ssot.pipeline.name.encode()):08x}-{key}"[:40]


def _runner(ssot: Ssot) -> dashboard.ConstantVariable:
    """The runner's address, where links to runs lead."""
    return dashboard.ConstantVariable("runner").label("Runner").value(function_url(ssot))


def _places(panels: Sequence[Panel]) -> list[models.GridPos]:
    """Wide panels take a row of their own, the others share one in pairs."""
    places, x, y = [], 0, 0
    for panel in panels:
        width = WIDTH if panel.wide else WIDTH // 2
        if x + width > WIDTH:
            x, y = 0, y + ROW_HEIGHT
        places.append(models.GridPos(h=ROW_HEIGHT, w=width, x=x, y=y))
        x += width
    return places


def _panel(panel: Panel) -> Any:
    made: Any = {"table": _table, "lines": _lines, "bars": _bars, "rate": _rate}[panel.shape](panel)
    made = made.title(panel.title).description(panel.description).datasource(SOURCE).with_target(_query(panel))
    return made.unit(panel.unit) if panel.unit else made


def _query(panel: Panel) -> bigquery.Dataquery:
    shape = QueryFormat.TIMESERIES if panel.shape in ("lines", "bars") else QueryFormat.TABLE
    query = bigquery.Dataquery().ref_id("A").datasource(SOURCE).raw_query(True).raw_sql(panel.sql)
    return query.format(shape).editor_mode(EditorMode.CODE)


def _table(_panel: Panel) -> Any:
    """Words of status in colour; a run's id leads to its results."""
    colour = models.DynamicConfigValue(id_val="custom.cellOptions", value={"type": "color-text"})
    link = {"title": "Results of this run", "url": "${runner}/runs/${__value.raw}", "targetBlank": True}
    return (
        table.Panel()
        .mappings([_words()])
        .no_value("–")
        .override_by_regexp("status|.*_completion|.*_complete|all_complete", [colour])
        .override_by_name("run_id", [models.DynamicConfigValue(id_val="links", value=[link])])
    )


def _words() -> models.ValueMap:
    found = {
        word: models.ValueMappingResult(color=colour, index=index)
        for index, (word, colour) in enumerate(COLOURS.items())
    }
    return models.ValueMap(options=found)


def _lines(_panel: Panel) -> Any:
    return timeseries.Panel().show_points(common.VisibilityMode.ALWAYS).span_nulls(False).min(0).no_value("no data")


def _bars(_panel: Panel) -> Any:
    stacked = common_builders.StackingConfig().mode(common.StackingMode.NORMAL)
    return timeseries.Panel().draw_style(common.GraphDrawStyle.BARS).fill_opacity(60).stacking(stacked).min(0)


def _rate(_panel: Panel) -> Any:
    """A bar per row: below 80 in red, complete in green."""
    steps = [models.Threshold(color=RED), models.Threshold(80, AMBER), models.Threshold(100, GREEN)]
    options = common_builders.ReduceDataOptions().values(True).fields("/^value$/")
    return (
        bargauge.Panel()
        .reduce_options(options)
        .orientation(common.VizOrientation.HORIZONTAL)
        .min(0)
        .max(100)
        .thresholds(dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps))
        .no_value("no data")
    )
