"""Another municipality: a configuration from `forecast init`, and figures of its own."""

import re
from pathlib import Path

import pytest

from forecast.run.archive import read_fit
from tests.run.conftest import SIZES, forecast, refused, small_folder

# made up for this test: no figure of the municipality of Aarhus
MADE_UP = """\
area;group;measure;period;value;unit;adjustment;source
Aarhus;dagpenge;fuldtidspersoner;2017;4.901;FTP;;opdigtet
Aarhus;dagpenge;fuldtidspersoner;2018;4.877;FTP;;opdigtet
Aarhus;dagpenge;fuldtidspersoner;2019;5.012;FTP;;opdigtet
Aarhus;sygedagpenge;fuldtidspersoner;2018;3.900,5;FTP;;opdigtet
Aarhus;sygedagpenge;fuldtidspersoner;2019;4.011,5;FTP;;opdigtet
Aarhus;;befolkning;2019;236.000;personer;;opdigtet
Aarhus;;arbejdsstyrke;2019;180.000;personer;;opdigtet
Aarhus;ledige;ledighedsprocent;ultimo 2019;4,4;pct.;seasonally-adjusted;opdigtet
"""


@pytest.fixture
def aarhus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration that `forecast init` writes, with few draws and one scenario."""
    monkeypatch.chdir(tmp_path)
    result = forecast("init", "--kommune", "Aarhus")
    assert result.exit_code == 0, result.output
    text = Path("aarhus.toml").read_text(encoding="utf-8")
    text = text.replace(', "oer-2020-08", "oer-2020-08-band"', "")
    return small_folder(
        tmp_path / "configs", "aarhus.toml", text, SIZES | {"tune": 100, "draws": 100}
    )


def test_without_figures_the_error_says_what_to_add(aarhus: Path, tmp_path: Path) -> None:
    result = forecast("run", aarhus, "--out", tmp_path / "o")
    refused(result, "none of Aarhus", "add a file", "[[data.figures]]")
    assert not (tmp_path / "o").exists()


def test_with_figures_it_runs_and_projects_without_them(aarhus: Path, tmp_path: Path) -> None:
    text = aarhus.read_text(encoding="utf-8")
    aarhus.write_text(re.sub(r"(?m)^# (\[\[data|path = |format = )", r"\1", text), "utf-8")
    figures = aarhus.parent / "aarhus.csv"
    figures.write_text(MADE_UP, encoding="utf-8")
    result = forecast("run", aarhus)
    assert result.exit_code in (0, 3), result.stderr
    assert max(map(len, result.stdout.splitlines())) <= 80
    folder = tmp_path / "outputs" / "aarhus"
    assert "Aarhus" in result.stdout
    assert "Gentofte" not in (folder / "projections.csv").read_text(encoding="utf-8")
    figures.unlink()
    assert forecast("diagnose", folder).exit_code in (0, 3)
    inputs = read_fit(folder).inputs
    assert inputs.config.area == "Aarhus"
    assert inputs.structure.areas == ("Aarhus", "Vestdanmark", "Hele landet")
    own = inputs.panel.select(area="Aarhus").frame
    assert own["value"].tolist()[:2] == [4901.0, 4877.0]
