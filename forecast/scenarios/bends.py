"""A scenario made ready for the futures of a run: statements, shocks, and the errors of its bands.

Random numbers belong to what is stated and not to the scenario that states it: a band about the
same figure has the same errors in every scenario, so that two scenarios differ by what they say.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.config.scenario import ScenarioSpec, Shock
from forecast.core.period import month_code
from forecast.errors import ConfigError
from forecast.models.bent import Bent, Unbent
from forecast.models.kernels import Floats, Ints
from forecast.models.season import Patterns
from forecast.models.states import Conditioner, Paths
from forecast.scenarios.condition import Bending, Shifting
from forecast.scenarios.setting import Setting, conditions
from forecast.scenarios.shocks import Move, shape
from forecast.scenarios.tilt import Transport


class ScenarioBend:
    """Bends the futures of one set of parameters after the other (`drawing.Bend`).

    Parameters
    ----------
    spec, setting : the scenario, and the run
    sizes : sets of parameters, futures kept of each, errors of a band that are drawn for each
    seed : of the run
    transports : of statements that state quantiles, by their place; without them the futures are
        read and left as they are
    """

    def __init__(
        self,
        spec: ScenarioSpec,
        setting: Setting,
        sizes: tuple[int, int, int],
        seed: int,
        transports: Mapping[int, Transport] | None = None,
    ) -> None:
        self.spec = spec
        sets, kept, errors = sizes
        self.wanted = conditions(spec, setting)
        self.moves = moves_of(spec, setting, (sets, kept), seed)
        self._bending = Bending(self.wanted, setting, self.moves)
        self._transports, self._kept, self._sets = transports, kept, sets
        self._sd = np.sqrt([w.variance for w in self.wanted])
        self._errors = np.zeros((sets, 1, kept, len(self.wanted)))
        if self._sd.any():
            about = ["|".join(s.about) for s in spec.statements]
            size = (sets, errors, kept // 2)
            drawn = [_normals(seed, name, size, axis=2) for name in about]
            self._errors = np.stack(drawn, axis=-1)

    @property
    def statements(self) -> int:
        """How many figures it states."""
        return len(self.wanted)

    @property
    def tilted(self) -> tuple[int, ...]:
        """Places of the statements that state quantiles."""
        return tuple(j for j, w in enumerate(self.wanted) if w.quantiles)

    def __call__(self, c: Conditioner, free: Paths, season: Patterns, number: int) -> Bent:
        """Bend the free futures of one set, once for every draw of the errors."""
        own = np.arange(self._kept) * self._sets + number
        moves = [m.draws(own) for m in self.moves]
        stated = self._bending.read(c, free, season, moves) if self.wanted else _none(free)
        if not self.wanted or self._transports is None:
            return Unbent(free, stated)
        target = np.array([w.target for w in self.wanted]) * np.ones_like(stated)
        for j, transport in self._transports.items():
            target[:, j] = transport(stated[:, j])
        errors = self._errors[number]

        def bent(which: Ints) -> Paths:
            """Impose the statements on the futures of some errors, one of each future."""
            chosen = errors[which // self._kept, which % self._kept]
            aim = target - self._sd * chosen
            return self._bending.bend(c, free, season, aim, moves, sketch).everywhere()

        sketch = None
        if len(errors) > 1:
            sketch = self._bending.sketch(c, free, season, errors, moves)
        return _Bent(self._kept, sketch, bent, stated)


@dataclass(frozen=True)
class _Bent:
    """Futures under a scenario (`drawing.Bent`).

    Which errors of bands are kept is chosen by a sketch of what they do; the statements are imposed
    on those that are.
    """

    kept: int
    sketch: Shifting | None
    bent: Callable[[Ints], Paths]
    stated: Floats

    @property
    def count(self) -> int:
        return self.kept if self.sketch is None else len(self.sketch.before.rate)

    def at(self, months: slice) -> Paths:
        if self.sketch is not None:
            return self.sketch.within(months)
        whole = self.bent(np.arange(self.kept))
        return Paths(whole.links[:, :, months], whole.rate[:, months])

    def whole(self, which: Ints) -> Paths:
        return self.bent(which)


def moves_of(
    spec: ScenarioSpec, setting: Setting, sizes: tuple[int, int], seed: int
) -> tuple[Move, ...]:
    """Shocks of a scenario, in all months of the grid and on every draw.

    Parameters
    ----------
    sizes : sets of parameters, and futures of each; draw ``k * sets + i`` is future k of set i

    Raises
    ------
    ConfigError
        If a shock is about what the run does not project.
    """
    out: list[Move] = []
    for place, shock in enumerate(spec.shocks):
        what = "policy" if shock.policy else "shock"
        name = f"scenario {spec.id}: {what} ({shock.area}, {shock.source or shock.target})"
        try:
            out.append(_move(shock, name, setting, sizes, seed))
        except ConfigError as error:
            raise ConfigError(f"{name}, number {place + 1}: {error}") from None
    return tuple(out)


def _move(shock: Shock, name: str, setting: Setting, sizes: tuple[int, int], seed: int) -> Move:
    source = setting.members(shock.source)[0]
    target = setting.members(shock.target)[0]
    new = {setting.structure.counted.index(k) for k in setting.structure.introduced}
    if source and source <= new:
        raise ConfigError(f"group: found {shock.source}, which holds nobody to move")
    if shock.first <= setting.last_data:
        raise ConfigError(
            f"from: found {month_code(shock.first)}, a month of the data or before; expected one "
            f"after {month_code(setting.last_data)}"
        )
    if not source and target <= new and setting.area(shock.area) > 0:
        raise ConfigError(
            f"group: found {shock.target}, a new benefit, with nobody to move into it; expected "
            "the group they come from as group, and this one as to_group"
        )
    if source & target:
        raise ConfigError(
            f"to_group: found {shock.target}, which overlaps {shock.source}; expected another group"
        )
    size = shape(shock, setting.calendar)
    amount = shock.amount * size[None]
    if shock.sd is not None:
        key = f"{shock.area}|{shock.source}|{shock.target}|{shock.first}"
        away = _normals(seed, key, (sizes[0], sizes[1] // 2), axis=1)
        amount = (shock.amount + shock.sd * away.T.reshape(-1))[:, None] * size
    return Move(setting.area(shock.area), source, target, amount, shock.relative, name)


def _normals(seed: int, key: str, size: Sequence[int], axis: int) -> Floats:
    """Draw standard normals for what is stated; the second half of futures mirrors the first."""
    away = np.random.default_rng([seed, zlib.crc32(key.encode())]).standard_normal(tuple(size))
    return np.concatenate([away, -away], axis=axis)


def _none(paths: Paths) -> Floats:
    return np.empty((len(paths.rate), 0))
