"""The priors of monthly links: what their file must say."""

from pathlib import Path

import numpy as np
import pytest

from forecast.config.files import bundled
from forecast.config.panel_model import load_panel_model
from forecast.errors import ConfigError


def test_the_file_that_comes_with_the_program_is_the_designs_table() -> None:
    priors = load_panel_model()
    assert (priors.level.size_slope.mean, priors.level.size_slope.sd) == (-0.25, 0.25)
    assert (priors.noise.size_slope.mean, priors.noise.size_slope.sd) == (-0.5, 0.25)
    # of a spread that is estimated: the design's, as the root mean square of its prior
    spreads = (priors.link.drift_spread, priors.link.elasticity_spread)
    mean_square = [np.exp(2 * (spread.mean + spread.sd**2)) for spread in spreads]
    assert np.sqrt(mean_square) == pytest.approx([0.005, 0.2], rel=0.02)
    assert (priors.season.common_sd, priors.season.size_sd, priors.noise.degrees) == (0.1, 0.05, 5)


@pytest.mark.parametrize(
    ("found", "put", "message"),
    [
        ("harmonics = 5", "harmonics = 6", r"panel\.toml: season\.harmonics: .*at most 5"),
        ("degrees = 5.0", "degrees = 2.0", r"noise\.degrees: .*above 2"),
        ("size_sd = 0.05", "size_sd = 0.0", r"season\.size_sd: .*above 0"),
        ("points = 500", "point = 500", r"fit\.point: .*did you mean 'points'"),
        (
            'harmonics_reason = "',
            'harmonics_excuse = "',
            r"harmonics_excuse: .*did you mean 'harmonics_reason'",
        ),
        ("sets = 250\n", "sets = 250.5\n", r"fit\.sets: .*whole number"),
    ],
)
def test_a_fault_is_named(found: str, put: str, message: str, tmp_path: Path) -> None:
    text = bundled("configs/models/panel.toml").read_text(encoding="utf-8")
    assert found in text
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "panel.toml").write_text(text.replace(found, put), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_panel_model("panel", tmp_path)
