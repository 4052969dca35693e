"""An interrupted backtest goes on where it was, and ends as if nothing had been."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.core.monthly import Floats, LevelBreak, Vintage
from forecast.evaluation.backtest import Outcome, Plan, run
from forecast.models.method import Method
from forecast.models.registry import method
from forecast.run import backtest_work as work
from forecast.run import resume
from forecast.run.backtest import BacktestResult
from forecast.run.resume import Store, fingerprint
from tests.backtest.runs import TABLES, backtest, standings
from tests.backtest.worlds import ORIGINS, panel, plan, values

Runs = list[tuple[str, int]]


@pytest.fixture
def runs(here: None, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Which methods were run from which origins; the fifth is interrupted."""
    seen: Runs = []

    def watched(plan: Plan, one: Method, origin: int) -> Outcome:
        seen.append((one.name, origin))
        if len(seen) == 5:
            raise KeyboardInterrupt("stop")
        return run(plan, one, origin)

    monkeypatch.setattr(work, "run", watched)
    return seen


def test_it_goes_on_and_ends_the_same(runs: Runs, usual: BacktestResult, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt, match="stop"):
        backtest(tmp_path)
    (kept,) = tmp_path.glob(".out-resume-*")
    assert {path.name for path in tmp_path.iterdir()} == {"land.csv", "omraader.csv", kept.name}
    assert len(list(kept.iterdir())) == 4
    resumed = backtest(tmp_path)
    assert len(set(runs)) == 9
    assert len(runs) == 5 + 5  # what was done is not done again
    for name in TABLES:
        assert (resumed.folder / name).read_bytes() == (usual.folder / name).read_bytes(), name
    timeless = [standings(one).drop(columns="seconds") for one in (resumed, usual)]
    pd.testing.assert_frame_equal(*timeless, check_exact=True)
    assert not list(tmp_path.glob(".*"))


def test_other_figures_begin_anew(runs: Runs, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt, match="stop"):
        backtest(tmp_path)
    numbers = values()
    numbers[1, 0, 0] += 1
    backtest(tmp_path, numbers)
    assert len(runs) == 5 + 9


def test_other_settings_begin_anew_and_other_methods_do_not(runs: Runs, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt, match="stop"):
        backtest(tmp_path)
    backtest(tmp_path, models=("naive_share",))
    assert len(runs) == 5 + 2  # one of three was done
    runs.clear()
    with pytest.raises(KeyboardInterrupt, match="stop"):
        backtest(tmp_path)
    backtest(tmp_path, seed=8)
    assert len(runs) == 5 + 9


def told(persons: float, origin: int, horizon: int) -> Floats:
    """A published path that stays where it is."""
    assert origin in ORIGINS
    return np.full((1, horizon), persons)


def test_whatever_draws_depend_on_changes_the_fingerprint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usual = plan()
    first = Vintage(ORIGINS[0], panel().values)
    revised = replace(panel(), vintages=(first,))
    broken = LevelBreak("Ny", "dagpenge", ORIGINS[0], "a reform")
    keys = [
        fingerprint(usual),
        *(
            fingerprint(replace(usual, **{name: value}))
            for name, value in {
                "origins": ORIGINS[:2],
                "horizon": 11,
                "window": 30,
                "given": "free",
                "draws": 201,
                "seed": 6,
                "panel": revised,
            }.items()
        ),
        fingerprint(replace(usual, panel=replace(revised, vintages=(replace(first, known=0),)))),
        *(fingerprint(replace(usual, given=partial(told, persons))) for persons in (3.0, 4.0)),
        fingerprint(replace(usual, panel=replace(panel(), group_parents={"dagpenge": "i_alt"}))),
        fingerprint(replace(usual, panel=replace(panel(), breaks=(broken,)))),
        fingerprint(replace(usual, panel=replace(panel(), breaks=(replace(broken, sd=0.1),)))),
    ]
    configs = tmp_path / "configs"
    (configs / "models").mkdir(parents=True)
    (configs / "models" / "panel.toml").write_text("drift = 1", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(resume, "bundled", {"configs": configs}.get)
        keys.append(fingerprint(usual))
    with monkeypatch.context() as patch:
        patch.setattr(resume, "version", str)
        keys.append(fingerprint(usual))
    assert len(set(keys)) == len(keys)
    assert fingerprint(plan()) == keys[0]


def test_what_is_kept_is_what_was_said(tmp_path: Path) -> None:
    store = Store.beside(tmp_path / "ud [1]", "0" * 64)
    said = run(plan(draws=20), method("naive_share"), ORIGINS[0])
    key = ("Sø", "dagpenge")
    said = replace(said, failed={key: "short"}, exploded={key: 2}, notes={key: ("a", "b")})
    store.save(said)
    found = store.load("naive_share", ORIGINS[0])
    assert said.draws is not None
    assert found.draws is not None
    assert found.draws.astype(np.float32).identical(said.draws.astype(np.float32))
    assert replace(found, draws=None) == replace(said, draws=None)


def test_what_is_not_whole_is_not_there(tmp_path: Path) -> None:
    store = Store.beside(tmp_path / "out", "0" * 64)
    assert not store.has("naive_share", ORIGINS[0])
    store.save(run(plan(draws=20), method("naive_share"), ORIGINS[0]))
    assert store.has("naive_share", ORIGINS[0])
    path = store.path("naive_share", ORIGINS[0])
    content = path.read_bytes()
    middle = len(content) // 2
    for spoilt in (content[:middle], content[:middle] + b"\0" * 8 + content[middle + 8 :], b""):
        path.write_bytes(spoilt)
        assert not store.has("naive_share", ORIGINS[0])
        assert not path.exists()


def test_only_stores_of_the_same_target_are_cleared(tmp_path: Path) -> None:
    keys = ["0" * 64, "1" * 64]
    old = Store.beside(tmp_path / "a", keys[0])
    other = Store.beside(tmp_path / "a-resume-b", keys[0])
    mine = tmp_path / ".a-resume-notes"
    mine.mkdir()
    new = Store.beside(tmp_path / "a", keys[1])
    assert [path.exists() for path in (old.folder, other.folder, mine, new.folder)] == [
        *(False, True, True, True)
    ]
