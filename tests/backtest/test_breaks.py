"""Breaks of level: found, known only from their month on, refused where they fit nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.config.backtest import backtest_config
from forecast.core.monthly import Break, MonthlyPanel
from forecast.core.period import month_code
from forecast.errors import ConfigError
from forecast.models.kernels import Floats
from forecast.models.panel_link import PanelLink
from forecast.run.backtest import make_plan
from forecast.run.resume import fingerprint
from tests.backtest.worlds import write
from tests.models.panels import quick_priors, with_values, world

AHEAD, SINCE = 12, 4


def broken(rng: np.random.Generator) -> tuple[MonthlyPanel, Break]:
    """A panel in which one area falls by 30 per cent, four months before the last one known."""
    panel = world(rng, months=72)
    month = int(panel.months[-AHEAD - SINCE])
    fallen = panel.values[panel.position("area 3"), 0].copy()
    fallen[panel.months >= month] *= 0.7
    one = Break("area 3", "benefit", month, 0.5, "a rule")
    return with_values(panel, "area 3", fallen), one


def ahead(panel: MonthlyPanel) -> Floats:
    """Log draws of the area over what came, (draws, months)."""
    history = panel.until(int(panel.months[-AHEAD - 1]))
    path = panel.values[0, :, -AHEAD:]
    model = PanelLink(quick_priors())
    drawn = model.draw(history, AHEAD, path, 600, np.random.default_rng(1)).draws
    came = panel.values[panel.position("area 3"), 0, -AHEAD:]
    return np.log(drawn[:, panel.position("area 3"), 0] / came)


def test_a_known_break_is_not_taken_for_a_restless_level(rng: np.random.Generator) -> None:
    panel, one = broken(rng)
    told, untold = ahead(replace(panel, breaks=(one,))), ahead(panel)
    low, high = np.quantile(told, [0.025, 0.975], axis=0)
    assert np.mean((low < 0) & (high > 0)) > 0.9
    assert told.std(axis=0).mean() < 0.9 * untold.std(axis=0).mean()
    assert np.abs(np.median(told[:, 0])) < 0.1  # the new level, not the old one: that is 0.36 away


def test_a_break_is_known_from_its_month_on(rng: np.random.Generator) -> None:
    panel, one = broken(rng)
    panel = replace(panel, breaks=(one,))
    assert panel.until(one.month - 1).breaks == ()
    assert panel.until(one.month).breaks == (one,)
    assert panel.until(one.month).last(24).breaks == (one,)


TEXT = """national = "Land"
horizon = 12
given = "national"
models = ["link"]
draws = 100
seed = 1
areas = "{areas}"

[panel]
path = "{panel}"

[origins]
months = ["{origin}"]
"""
ENTRY = """
[[breaks]]
area = "{area}"
period = "{period}"
sd = 0.3
unit = "log"
reason = "a new way of counting"
"""


def configured(folder: Path, area: str, period: str, group: str = "") -> Path:
    own, areas = write(folder)
    file = folder / "mine.toml"
    entry = ENTRY.format(area=area, period=period) + (f'group = "{group}"\n' if group else "")
    named = TEXT.format(areas=areas.name, panel=own.name, origin="2021-12")
    file.write_text(named + entry, encoding="utf-8")
    return file


def test_a_break_of_the_configuration_reaches_the_panel_and_the_work_kept(tmp_path: Path) -> None:
    config = backtest_config(configured(tmp_path, "Sø", "2020-03"))
    _, plan = make_plan(config)
    (one,) = plan.panel.breaks
    assert (one.area, month_code(one.month), one.sd) == ("Sø", "2020-03", 0.3)
    assert one.group == plan.panel.groups[0]
    without = replace(plan, panel=replace(plan.panel, breaks=()))
    assert fingerprint(plan) != fingerprint(without)


@pytest.mark.parametrize(
    ("area", "period", "group", "message"),
    [
        (
            "Søe",
            "2020-03",
            "",
            r"breaks\[0\].area: found 'Søe'.*'Sø'.*expected an area with a series",
        ),
        ("Land", "2020-03", "", r"breaks\[0\].area: found 'Land'.*other than Land"),
        (
            "Sø",
            "2018-01",
            "",
            r"breaks\[0\].period: found 2018-01, expected a month within 2018-02",
        ),
        ("Sø", "2030-01", "", r"breaks\[0\].period: found 2030-01"),
        ("Sø", "2020-03", "dagpenge", r"breaks\[0\].group: found 'dagpenge'.*expected one of"),
    ],
)
def test_a_break_that_fits_no_series_is_refused(
    tmp_path: Path, area: str, period: str, group: str, message: str
) -> None:
    config = backtest_config(configured(tmp_path, area, period, group))
    with pytest.raises(ConfigError, match=message):
        make_plan(config)
