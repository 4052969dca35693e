"""What real panels bring: cells that are missing, and series that begin, end, break or are empty.

Deleting cells at random. Where a median moves, it moves by what the deleted cells knew: with fixed
pooled parameters the projection's mean changes by a normal of variance V(deleted) - V(whole), which
the dense normals give. A last month knows much: without it the next month's median is expected to
move by 0.3 to 0.4 of an 80 % interval's width (one standard deviation), and that of the twelfth by
0.1; no method that reads its data can do otherwise, and these moves are tested to be of that size.
For areas that keep their last month the rule is: Monte Carlo error (four standard errors over
batches with parameter sets of their own), and 0.05 of the width, and four standard deviations of
what was known, which are 0.01 to 0.04 there. What deleted cells knew of pooled parameters is not
counted: it is nothing to a national panel but in the first month ahead, whose interval is narrow
(0.92 of the areas keep the plain rule, at most 0.2 is seen), and more to a panel of 16 areas.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from forecast.config.panel_model import load_panel_model
from forecast.core.monthly import MonthlyPanel
from forecast.core.period import month_code
from forecast.errors import ConvergenceError
from forecast.models import panel_dense
from forecast.models.kernels import Floats
from forecast.models.method import Drawn
from forecast.models.panel_density import PanelDensity
from forecast.models.panel_link import PanelLink
from forecast.models.panel_series import link_series, regressors
from tests.models.panels import counted, municipalities, quick_priors, split, with_values, world

HORIZON = 12
BATCHES = 8
WIDTH = 2 * 1.2816
"""Width of an 80 % interval in standard deviations."""


def ahead(density: PanelDensity, z: Floats, path: Floats) -> Floats:
    """Variance of each area's log-odds in the months ahead at one point, (S, H)."""
    p, data = density.pooled(z), density.series
    arrays = density.arrays(z)
    past, horizon = len(data.months), len(path)
    by = regressors(np.append(data.log_nation, np.log1p(path)), past)
    months = data.months[0] + np.arange(past + horizon)
    swing, noise = p.amplitude(by.level), p.noise_sd(data.size, by.level) ** 2
    noise *= np.exp(2 * density.spread[2] * density.own(z)[:, 2])[:, None]
    load = swing[:, None] * p.factors[months % 12]
    load[:past] = arrays.load
    design = np.stack([np.ones(past + horizon), by.path, by.years], axis=1)
    design[:past] = arrays.regressors
    steps = np.zeros((len(data.areas), past + horizon, 0))  # no area breaks here
    longer = arrays._replace(
        value=np.pad(arrays.value, ((0, 0), (0, horizon)), constant_values=np.nan),
        mean=np.zeros(noise.shape),
        variance=np.concatenate([arrays.variance, noise[:, past:]], axis=1),
        load=load,
        regressors=design,
        steps=steps,
    )
    states = [panel_dense.predict(arrays, longer, s)[1].diagonal() for s in range(len(data.areas))]
    return np.array(states) + noise[:, past:]


@dataclass(frozen=True)
class Medians:
    """Medians of areas in the months ahead over batches, each with parameter sets of its own.

    Attributes
    ----------
    mean, error : (S, H) over batches
    width : (S, H) of 80 % intervals
    """

    mean: Floats
    error: Floats
    width: Floats


def medians(model: PanelLink, history: MonthlyPanel, path: Floats, first_seed: int) -> Medians:
    draws = [
        model.draw(history, HORIZON, path, 500, np.random.default_rng(first_seed + k)).draws
        for k in range(BATCHES)
    ]
    own = np.array([np.median(d[:, 1:, 0], axis=0) for d in draws])
    low, high = np.quantile(np.concatenate(draws)[:, 1:, 0], [0.1, 0.9], axis=0)
    return Medians(own.mean(axis=0), own.std(axis=0, ddof=1) / np.sqrt(BATCHES), high - low)


def check_deletions(model: PanelLink, panel: MonthlyPanel, times: int, share: float) -> None:
    """Delete a tenth of the areas' cells at random, several times, and see medians move.

    Parameters
    ----------
    share : part of the medians, from the second month on, that must keep the rule
    """
    history, path, _ = split(panel, HORIZON)
    whole = medians(model, history, path, 0)
    fit = model.fit(history, 0, history.areas[1:], np.random.default_rng(0))
    before = ahead(fit.density, fit.mode.at, path[0])
    moves, errors, knew, kept = [], [], [], []
    for k in range(times):
        gone = np.random.default_rng(100 + k).random(history.values.shape) < 0.1
        gone[0] = False  # the nation is what areas are shares of
        less = replace(history, values=np.where(gone, np.nan, history.values))
        found = medians(model, less, path, 50)
        moves.append(np.abs(found.mean - whole.mean) / whole.width)
        errors.append(np.hypot(found.error, whole.error) / whole.width)
        series = link_series(less, 0, less.areas[1:], model.priors)
        series = replace(series, size=fit.density.series.size)
        after = ahead(replace(fit.density, series=series), fit.mode.at, path[0])
        knew.append(np.sqrt(np.maximum(after - before, 0.0) / before) / WIDTH)
        kept.append(~gone[1:, 0, -1])
    moved, error, known = np.array(moves), np.array(errors), np.array(knew)
    last = np.array(kept)
    allowed = 0.05 + 4 * error
    later, first = (moved <= allowed)[last][:, 1:], (moved <= allowed)[last][:, 0]
    assert np.mean(later) > share - 0.05  # as the rule stands, without what was known
    assert np.mean(first) > 0.75
    allowed += 4 * known
    assert np.mean((moved <= allowed)[last][:, 1:]) >= share
    assert np.mean((moved <= allowed)[last][:, 0]) > 0.9
    assert np.max(moved[last]) < 0.3
    # a last month that is deleted is missed, in the next month by much, and as it should be
    assert np.median(known[~last][:, 0]) > 0.2
    assert np.all((moved <= allowed)[~last])
    z = (moved / np.hypot(known, error))[~last][:, 0]
    assert 0.4 < np.sqrt(np.mean(z**2)) < 1.6


def test_deleted_cells_move_medians_by_what_they_knew(rng: np.random.Generator) -> None:
    check_deletions(PanelLink(quick_priors()), world(rng, areas=16, months=72), 2, 0.93)


@pytest.mark.slow
def test_deleted_cells_of_a_real_panel_move_medians_by_what_they_knew(shared_panels: Path) -> None:
    panel = municipalities(shared_panels, "kontanthjaelp_y60a02", "fuldtidspersoner")
    check_deletions(PanelLink(load_panel_model()), panel, 2, 1.0)


def shaped(values: Floats, shape: str) -> Floats:
    """An area's history with a fault of a real panel; the months ahead do not matter."""
    out, last = values.copy(), len(values) - HORIZON - 1
    match shape:
        case "one value":
            out[:] = np.nan
            out[last] = values[last]
        case "one value long ago":
            out[:last] = np.nan
            out[last:] = np.nan
            out[6] = values[6]
        case "one zero":
            out[:] = np.nan
            out[last] = 0.0
        case "zeros":
            out[:] = 0.0
        case "some zeros":
            out[10:13] = 0.0
        case "up by half in the last month":
            out[last] = np.rint(1.5 * values[last])
        case "down to a tenth in the last month":
            out[last] = np.rint(0.1 * values[last])
        case "nobody in the last month":
            out[last] = 0.0
        case "nobody for six months":
            out[last - 5 :] = 0.0
        case "twelve months":
            out[: last - 11] = np.nan
        case "ended a year ago":
            out[last - 11 :] = np.nan
        case _:
            out[:] = np.nan
    return out


SENSIBLE = {
    # lowest and highest median of the next month and of the twelfth, in units of the last value
    # that stands there, or persons where that is zero
    "one value": (0.7, 1.4),
    "one value long ago": (0.4, 2.5),
    "one zero": (0.0, 5.0),
    "zeros": (0.0, 0.5),
    "some zeros": (0.7, 1.4),
    "up by half in the last month": (0.6, 1.3),
    # from the new level to the old: one month may be an error or a new level, and no one can tell
    "down to a tenth in the last month": (0.6, 14.0),
    "nobody in the last month": (0.7, 1.4),
    "nobody for six months": (0.0, 1.0),
    "twelve months": (0.7, 1.4),
    "ended a year ago": (0.6, 1.6),
}


TAKEN = "nobody in {}, between months of many: taken for missing"


def check_shape(model: PanelLink, panel: MonthlyPanel, area: str, shape: str) -> None:
    """Project a panel one of whose areas has a fault: that area, and what it does to others."""
    k = panel.position(area)
    values = shaped(panel.values[k, 0], shape)
    history, path, _ = split(with_values(panel, area, values), HORIZON)
    plain, _, _ = split(panel, HORIZON)

    def draw(one: MonthlyPanel) -> Drawn:
        return model.draw(one, HORIZON, path, 1000, np.random.default_rng(1))

    drawn, usual = draw(history), draw(plain)
    assert drawn.failed == {}
    assert np.all(np.isfinite(drawn.draws))
    assert np.all((drawn.draws >= 0) & (drawn.draws <= path[0]))
    low, mid, high = np.quantile(drawn.draws, [0.1, 0.5, 0.9], axis=0)[:, :, 0]
    known = values[: len(history.months)]
    known = known[~np.isnan(known)]
    if shape == "nobody in the last month":
        assert drawn.notes[area, "benefit"] == (TAKEN.format(month_code(int(history.months[-1]))),)
        known = known[:-1]
    if len(known):
        least, most = SENSIBLE[shape]
        unit = known[-1] or 1.0
        assert np.all((least * unit <= mid[k, [0, -1]]) & (mid[k, [0, -1]] <= most * unit))
        assert np.all((low[k] <= mid[k]) & (mid[k] <= high[k]))
        assert high[k, 0] < (16 if "tenth" in shape else 4) * max(unit, 5.0)
    else:
        assert drawn.notes[area, "benefit"][0].endswith("projected by its prior")
        assert np.all(high[k] > 3 * low[k])
    # a faulty area bends what is pooled by little: the others go on; of 16 areas each says much
    others = np.delete(np.arange(1, len(panel.areas)), k - 1)
    low, before, high = np.quantile(usual.draws[:, others, 0], [0.1, 0.5, 0.9], axis=0)
    assert np.max(np.abs(mid[others] - before) / (high - low)) < 0.5
    assert np.median(np.abs(mid[others] - before) / (high - low)) < 0.1


@pytest.mark.parametrize("shape", [*SENSIBLE, "nothing"])
def test_each_shape_of_a_series_is_projected_sensibly(shape: str, rng: np.random.Generator) -> None:
    panel = counted(world(rng, areas=16, months=72), rng)
    check_shape(PanelLink(quick_priors()), panel, "area 0", shape)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [*SENSIBLE, "nothing"])
def test_each_shape_in_a_real_panel_is_projected_sensibly(shape: str, shared_panels: Path) -> None:
    panel = municipalities(shared_panels, "kontanthjaelp_y60a02", "fuldtidspersoner")
    check_shape(PanelLink(load_panel_model()), panel, "Gentofte", shape)


def test_a_group_of_nobody_stays_empty(rng: np.random.Generator) -> None:
    history, path, _ = split(world(rng, areas=4), HORIZON)
    history.values[1:] = 0.0
    model = PanelLink(quick_priors())
    drawn = model.draw(history, HORIZON, path, 200, rng)
    assert np.quantile(drawn.draws[:, 1:], 0.95) == 0.0
    history.values[0] = 0.0
    for given in (0 * path, None):
        assert np.all(model.draw(history, HORIZON, given, 200, rng).draws == 0.0)


def test_a_group_whose_areas_are_all_suppressed_says_so(rng: np.random.Generator) -> None:
    history, path, _ = split(world(rng, areas=4), HORIZON)
    history.values[1:] = np.nan
    drawn = PanelLink(quick_priors()).draw(history, HORIZON, path, 200, rng)
    assert np.all(np.isfinite(drawn.draws))
    assert len(drawn.notes) == 5


def test_a_panel_of_two_years_is_projected_and_a_shorter_one_refused(
    rng: np.random.Generator,
) -> None:
    panel = world(rng, areas=6)
    path = panel.values[0, :, 24:36]
    model = PanelLink(quick_priors())
    years = panel.until(int(panel.months[23]))
    middle = np.median(model.draw(years, HORIZON, path, 400, rng).draws[:, 1:, 0], axis=0)
    last = years.values[1:, 0, -1:] / years.values[0, 0, -1] * path
    assert np.all((middle > 0.6 * last) & (middle < 1.6 * last))
    free = model.draw(years, HORIZON, None, 100, rng).draws
    assert np.all(np.isfinite(free))
    year = panel.until(int(panel.months[12]))
    with pytest.raises(ConvergenceError, match="the nation has 13 months, expected at least 24"):
        model.draw(year, HORIZON, None, 100, rng)
    months = panel.until(int(panel.months[10]))
    with pytest.raises(ConvergenceError, match=r"country has 11 values .* expected at least 12"):
        model.draw(months, HORIZON, path, 100, rng)
