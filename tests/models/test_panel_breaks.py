"""Breaks of the level: found, carried on, known from their month only."""

import re
from dataclasses import replace

import numpy as np
import pytest

from forecast.core.monthly import LevelBreak, MonthlyPanel
from forecast.models.kernels import Floats
from forecast.models.panel_link import PanelLink
from forecast.models.panel_series import log_odds
from tests.models.panels import quick_priors, split, with_values, world

MODEL = PanelLink(quick_priors())
HORIZON = 12


def broken(rng: np.random.Generator, before: int, size: float) -> MonthlyPanel:
    """A panel of noisy areas, the first of which is `size` times as large from a month on.

    The month lies `before` months before the last of the history.
    """
    panel = world(rng, areas=10, months=84, sigma=0.01, noise=0.03)
    at = 84 - HORIZON - 1 - before
    values = panel.values[1, 0] * np.where(np.arange(84) >= at, size, 1.0)
    return with_values(panel, "area 0", values)


def named(panel: MonthlyPanel, before: int, **more: float) -> MonthlyPanel:
    """The same with the break named."""
    month = int(panel.months[-HORIZON - 1]) - before
    return replace(panel, breaks=(LevelBreak("area 0", "benefit", month, "new rules", **more),))


def median(panel: MonthlyPanel, seed: int = 1) -> Floats:
    """Median of the first area in the months ahead."""
    history, path, _ = split(panel, HORIZON)
    drawn = MODEL.draw(history, HORIZON, path, 400, np.random.default_rng(seed)).draws
    return np.median(drawn[:, 1, 0], axis=0)


@pytest.mark.recovery
def test_a_named_break_is_found_and_an_unnamed_one_takes_months(rng: np.random.Generator) -> None:
    """Of 30 %, a month before the origin, over worlds; errors are logs of medians over truth."""
    z, errors = [], {"named": [], "not named": [], "no break": []}
    for _ in range(9):
        state = rng.bit_generator.state
        plain = broken(rng, 1, 1.0)
        rng.bit_generator.state = state
        panel = broken(rng, 1, 1.3)
        fit = MODEL.fit(split(named(panel, 1), HORIZON)[0], 0, panel.areas[1:], rng)
        mean, sd = fit.effects[:, 0, 0]
        after = slice(84 - HORIZON - 2, 84 - HORIZON)
        truth = [log_odds(p.values[1, 0, after], p.values[0, 0, after]) for p in (panel, plain)]
        z.append((mean - np.mean(truth[0] - truth[1])) / sd)
        for name, one in (
            ("named", named(panel, 1)),
            ("not named", panel),
            ("no break", plain),
        ):
            errors[name].append(np.log(median(one) / one.values[1, 0, -HORIZON:]).mean())
    assert np.mean(np.abs(z) < 1.645) > 0.9 - 3 * np.sqrt(0.09 / 9)
    bias = {name: np.mean(found) for name, found in errors.items()}
    error = {name: np.std(found, ddof=1) / 3 for name, found in errors.items()}
    assert abs(bias["named"]) < 3 * error["named"]
    assert bias["not named"] < -0.05 - 3 * error["not named"]


def test_a_break_in_the_last_month_goes_on(rng: np.random.Generator) -> None:
    panel = broken(rng, 0, 1.3)
    level = panel.values[1, 0, -HORIZON - 1] / panel.values[0, 0, -HORIZON - 1]
    ahead = median(named(panel, 0)) / panel.values[0, 0, -HORIZON:]
    # one month tells its size to a month's noise, 3 %, and the prior pulls by a hundredth of it
    assert ahead.mean() == pytest.approx(level, rel=0.12)
    assert median(panel).mean() < 0.9 * median(named(panel, 0)).mean()


def test_a_break_is_known_from_its_month_on(rng: np.random.Generator) -> None:
    panel = broken(rng, -1, 1.3)
    assert np.array_equal(median(named(panel, -1)), median(panel))
    assert named(panel, 0).until(int(panel.months[-HORIZON - 2])).breaks == ()


def test_a_break_before_all_months_changes_nothing(rng: np.random.Generator) -> None:
    panel = broken(rng, 71, 1.0)
    assert np.array_equal(median(named(panel, 71)), median(panel))
    late = named(panel, 70)
    assert late.last(84).breaks == late.breaks
    assert late.last(82).breaks == ()


def test_a_tight_prior_holds_a_break_back(rng: np.random.Generator) -> None:
    panel = broken(rng, 0, 1.3)
    assert median(named(panel, 0, sd=0.01)).mean() < 0.9 * median(named(panel, 0)).mean()


def test_breaks_of_other_areas_and_groups_leave_an_area_alone(rng: np.random.Generator) -> None:
    """But for what pooled parameters learn of them."""
    panel = named(broken(rng, 1, 1.3), 1)
    other = replace(panel.breaks[0], group="another")
    panel = replace(panel, breaks=())
    assert np.array_equal(median(replace(panel, breaks=(other,))), median(panel))


def test_readers_are_told_what_a_break_did_and_what_has_ended(rng: np.random.Generator) -> None:
    panel = broken(rng, 30, 1.3)
    gone = panel.values[2, 0].copy()
    gone[50:] = np.nan
    history, path, _ = split(named(with_values(panel, "area 1", gone), 30), HORIZON)
    notes = MODEL.draw(history, HORIZON, path, 100, rng).notes
    (said,) = notes["area 0", "benefit"]
    found = re.fullmatch(
        r"level break 2017-06 \(new rules\): \+([\d.]+) % of the share "
        r"\(90 %: \+([\d.]+) to \+([\d.]+)\)",
        said,
    )
    assert found is not None
    change, low, high = map(float, found.groups())
    assert low < change < high
    assert abs(change - 30) < 2 * (high - low)
    (ended,) = notes["area 1", "benefit"]
    assert ended == "no value since 2018-02, 22 months before the origin: projected from there"


def test_a_break_of_a_sum_is_said_to_be_in_vain(rng: np.random.Generator) -> None:
    panel = broken(rng, 30, 1.3)
    region = panel.values[1::2].sum(axis=0, keepdims=True)
    values = np.concatenate([panel.values, region])
    month = int(panel.months[40])
    panel = replace(
        panel,
        areas=(*panel.areas, "region 0"),
        values=values,
        provisional=np.zeros(values.shape, dtype=bool),
        breaks=(LevelBreak("region 0", "benefit", month, "new rules"),),
    )
    history, path, _ = split(panel, HORIZON)
    (said,) = MODEL.draw(history, HORIZON, path, 100, rng).notes["region 0", "benefit"]
    assert said.startswith("level break 2017-05 (new rules): not used")
