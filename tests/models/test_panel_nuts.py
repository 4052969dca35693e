"""NUTS on the monthly links: a posterior that is known, agreement with weights, verdicts."""

from dataclasses import replace

import arviz as az
import numpy as np
import nutpie
import pytest

from forecast.config.panel_model import NutsSettings, PanelPriors, load_panel_model
from forecast.models import panel_nuts
from forecast.models.panel_density import OWN, PanelDensity
from forecast.models.panel_laplace import Axes, Mode, find_mode
from forecast.models.panel_link import PanelLink
from forecast.models.panel_nuts import HYPER, Standing
from forecast.models.panel_series import link_series
from tests.models.panels import quick_priors, world

FEW = NutsSettings(
    chains=2, tune=200, draws=500, target_accept=0.85, max_depth=5, reason="quick for a test"
)


def fitted(seed: int = 1, *, blind: bool = False) -> tuple[PanelDensity, Mode]:
    priors = load_panel_model()
    panel = world(np.random.default_rng(seed), areas=5, months=36)
    series = link_series(panel, 0, panel.areas[1:], priors)
    if blind:
        series = replace(series, log_odds=np.full_like(series.log_odds, np.nan))
        density = PanelDensity(series, priors)
        size = density.size
        axes = Axes.plain(density.shared, 5, len(OWN))
        return density, Mode(np.zeros(size), 0.0, axes, np.ones(size))
    density = PanelDensity(series, priors)
    start = np.zeros(density.size)
    return density, find_mode(density.value_and_gradient, start, 1e-4, 80, (5, len(OWN)))


def test_without_data_the_posterior_is_the_prior() -> None:
    density, mode = fitted(blind=True)
    found = panel_nuts.sample(density, mode, FEW, np.random.default_rng(2))
    z = panel_nuts.points(found)
    summary = az.summary(found, var_names=["z"], kind="all", round_to="none")
    off = summary["mean"] / summary["mcse_mean"]
    assert np.abs(off).max() < 4.5  # 52 standard normals
    spread = (summary["sd"] - 1.0) / summary["mcse_sd"]
    assert np.abs(spread).max() < 4.5
    assert z.shape == (1000, density.size)


@pytest.mark.slow
def test_the_mode_only_chooses_coordinates() -> None:
    """Rounder or less round coordinates give the same posterior, within Monte Carlo error."""
    density, mode = fitted()
    axes = replace(mode.axes, head=0.8 * mode.axes.head)
    other = Mode(mode.at + 0.2, mode.value, axes, mode.curvature)
    sizes = FEW.model_copy(update={"max_depth": 6, "tune": 150, "draws": 300})
    one, two = (
        az.summary(
            panel_nuts.sample(density, m, sizes, np.random.default_rng(k)),
            var_names=["level_scale", "noise_scale", "level_memory", "kappa", "common"],
            round_to="none",
        )
        for k, m in enumerate((mode, other))
    )
    error = np.hypot(one["mcse_mean"], two["mcse_mean"])
    assert np.abs((one["mean"] - two["mean"]) / error).max() < 5.0


def test_same_generator_same_draws_and_named_parameters() -> None:
    density, mode = fitted()
    sizes = FEW.model_copy(update={"tune": 100, "draws": 100, "max_depth": 3})
    one, again, other = (
        panel_nuts.sample(density, mode, sizes, np.random.default_rng(k)) for k in (5, 5, 6)
    )
    assert np.array_equal(panel_nuts.points(one), panel_nuts.points(again))
    assert not np.array_equal(panel_nuts.points(one), panel_nuts.points(other))
    posterior = one["posterior"]
    assert set(HYPER) <= set(posterior.data_vars)
    assert float(posterior["harmonics"].min()) > 0.0
    z, p = panel_nuts.points(one)[7], density.pooled(panel_nuts.points(one)[7])
    assert z.shape == (density.size,)
    assert float(posterior["level_scale"].values.ravel()[7]) == pytest.approx(p.level_scale)
    assert float(posterior["level_memory"].values.ravel()[7]) == pytest.approx(
        np.log(p.level_memory)
    )


def test_an_interrupted_sampler_is_not_taken_for_a_whole_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On Ctrl-C the sampler hands over the draws it has, some chains shorter than others."""
    density, mode = fitted()
    few = FEW.model_copy(update={"tune": 100, "draws": 100, "max_depth": 3})
    usual = nutpie.sample

    def cut(*args: object, **kwargs: object) -> az.InferenceData:
        return usual(*args, **kwargs).isel(draw=slice(0, 40))

    monkeypatch.setattr(nutpie, "sample", cut)
    with pytest.raises(KeyboardInterrupt):
        panel_nuts.sample(density, mode, few, np.random.default_rng(5))


def nuts_priors(priors: PanelPriors) -> PanelPriors:
    return priors.model_copy(update={"nuts": FEW})


@pytest.mark.slow
def test_sampled_and_approximate_posteriors_project_alike() -> None:
    panel = world(np.random.default_rng(3), areas=10, months=60)
    history = panel.until(int(panel.months[-13]))
    path = panel.values[:1, :, -12:][0]
    priors = nuts_priors(quick_priors(points=400, sets=200))
    drawn = [
        PanelLink(priors, way).draw(history, 12, path, 2000, np.random.default_rng(4))
        for way in ("laplace", "nuts")
    ]
    low, middle, high = (
        np.quantile(np.stack([d.draws for d in drawn]), q, axis=1) for q in (0.1, 0.5, 0.9)
    )
    width = (high - low)[1, 1:]
    # 200 sets of parameters: a difference of medians is known to 0.035 of the width
    off = np.abs(middle[0] - middle[1])[1:] / width
    assert off.mean() < 0.06
    assert off.max() < 0.25
    assert np.mean((high - low)[0, 1:] / width) == pytest.approx(1.0, abs=0.1)
    assert "effective draws" in drawn[1].notes["country", "benefit"][0]
    assert "Pareto k" in drawn[0].notes["country", "benefit"][0]


def test_a_verdict_says_what_is_wrong() -> None:
    limits = load_panel_model().verdict
    good = Standing(r_hat=1.002, ess=900.0, divergent=0, bfmi=0.9, worst="kappa")
    assert good.sentence(limits).startswith("posterior of the link model: pass, R-hat 1.002")
    bad = Standing(r_hat=1.05, ess=90.0, divergent=3, bfmi=0.1, worst="kappa")
    said = bad.sentence(limits)
    for words in ("fail", "R-hat 1.050", "kappa has 90", "3 steps diverged", "BFMI 0.10"):
        assert words in said
