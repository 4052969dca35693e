"""Provisional months: what they are expected to become, and what that does to projections."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.core.monthly import MonthlyPanel, Vintage
from forecast.models.kernels import Floats
from forecast.models.panel_link import PanelLink
from forecast.models.panel_revisions import expected_revisions
from tests.models.panels import quick_priors, world

PRIORS = quick_priors()
REVISION = PRIORS.revision
SMALL = PRIORS.noise.small_cell
HORIZON = 6


def flagged(panel: MonthlyPanel, months: int, areas: slice = slice(None)) -> MonthlyPanel:
    """The same with its newest months marked provisional."""
    mark = np.zeros(panel.values.shape, dtype=bool)
    mark[areas, :, -months:] = True
    return replace(panel, provisional=mark)


def lacking(values: Floats, shares: tuple[float, ...], rng: np.random.Generator) -> Floats:
    """Values of which the newest months lack a share, the newest first, more or less."""
    out = values.copy()
    for age, share in enumerate(shares):
        spread = 0.01 * rng.normal(size=out.shape[:2])
        out[..., -1 - age] *= (1 - share) * np.exp(spread)
    return out


def released(panel: MonthlyPanel, months: int, rng: np.random.Generator) -> MonthlyPanel:
    """A panel of monthly releases, in each of which the newest month lacks a tenth."""
    last, vintages = int(panel.months[-1]), []
    for known in range(last - months, last + 1):
        cut = panel.values.copy()
        cut[:, :, panel.months > known] = np.nan
        upto = int(known - panel.months[0]) + 1
        cut[:, :, :upto] = lacking(cut[:, :, :upto], (0.10, 0.03), rng)
        vintages.append(Vintage(known, cut))
    return replace(panel, values=vintages[-1].values, vintages=tuple(vintages))


def test_without_releases_a_revision_is_its_prior(rng: np.random.Generator) -> None:
    panel = flagged(world(rng), 2, slice(1, 4))
    mean, sd = expected_revisions(panel, 0, REVISION, SMALL)
    assert mean[1:4, -2:] == pytest.approx(REVISION.size.mean)
    assert sd[1:4, -2:] == pytest.approx(REVISION.size.sd)
    assert not mean[:, :-2].any()
    assert not mean[0].any()
    assert not sd[4:].any()


def test_releases_show_what_months_lack_by_their_age(rng: np.random.Generator) -> None:
    panel = flagged(released(world(rng, areas=20), 12, rng), 2)
    mean, sd = expected_revisions(panel, 0, REVISION, SMALL)
    assert mean[3, -1] == pytest.approx(-np.log(0.90), abs=0.015)
    assert mean[3, -2] == pytest.approx(-np.log(0.97), abs=0.015)
    assert np.all((sd[3, -2:] > 0.008) & (sd[3, -2:] < 0.03))


def test_a_provisional_month_is_believed_less_and_moved_by_what_is_expected(
    rng: np.random.Generator,
) -> None:
    """One area's last month lacks a tenth and its nation's does not: half is made up for."""
    panel = world(rng, areas=12, months=60 + HORIZON, sigma=0.02, noise=0.004)
    history = panel.until(int(panel.months[59]))
    path = panel.values[0, :, 60:]
    values = history.values.copy()
    values[1, 0, -1] *= 0.9
    short = replace(history, values=values)

    def median(of: MonthlyPanel) -> float:
        drawn = PanelLink(PRIORS).draw(of, HORIZON, path, 400, np.random.default_rng(1))
        said = drawn.notes["country", "benefit"][1:]
        if of.provisional.any():
            assert said == (
                "provisional in 2018-12: moved by +1.0 % in the mean, and believed less",
            )
        else:
            assert said == ()
        return float(np.log(np.median(drawn.draws[:, 1, 0, 0])))

    whole, believed = median(history), median(short)
    doubted = median(flagged(short, 1, slice(1, 2)))
    assert believed < whole - 0.05
    assert believed + 0.01 < doubted < whole + 0.01


def test_a_nation_and_areas_that_lack_the_same_keep_their_shares(rng: np.random.Generator) -> None:
    panel = world(rng, areas=12, months=60 + HORIZON)
    history = panel.until(int(panel.months[59]))
    path = panel.values[0, :, 60:]

    def medians(of: MonthlyPanel) -> Floats:
        drawn = PanelLink(PRIORS).draw(of, HORIZON, path, 400, np.random.default_rng(1)).draws
        return np.median(drawn[:, 1:, 0], axis=0)

    values = history.values.copy()
    values[:, :, -1] *= 0.97
    lower = flagged(replace(history, values=values), 1)
    assert np.log(medians(lower) / medians(history)) == pytest.approx(0.0, abs=0.05)
