"""What a published benchmark must be for anything to be made of it.

Refused is what would make every figure that follows wrong: shares that are no per cent, shares
that contradict their counts, municipalities that are missing. What a reader can live with is
noted, with the row's municipality: differences and ranks that do not follow, groups that do not
sum. Later half-years of the published table hold such rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from forecast.config.benchmark import BenchmarkModel, Printed
from forecast.core.benchmark import BenchmarkTable, Floats
from forecast.core.period import Window
from forecast.errors import DataError

SHOWN = 5
"""Rows of one kind that are named; the rest are counted."""


def check_units(
    file: str,
    found: Mapping[str, Floats],
    areas: Sequence[str],
    groups: Sequence[str],
    windows: Sequence[Window],
    printed: Printed,
) -> None:
    """Refuse shares that are fractions, negative, or of everybody.

    Parameters
    ----------
    found : role -> (A, G, P), shares in per cent as they stand in the file
    """
    for role in ("expected", "actual", "expected_share", "actual_share"):
        values = found[role]
        bad = np.argwhere(~np.isnan(values) & (values < 0))
        if len(bad):
            a, g, p = (int(k) for k in bad[0])
            raise DataError(
                f"{file}: {areas[a]}, {groups[g]}, {windows[p].code}: {role} is "
                f"{values[a, g, p]:g}, expected at least 0"
            )
    for role in ("expected_share", "actual_share"):
        middle = float(np.nanmedian(found[role][:, 0]))
        if middle < 100 * printed.smallest_share or middle > 100 * printed.largest_share:
            said = "fractions" if middle < 1 else "no share of the residents"
            raise DataError(
                f"{file}: {role} of '{groups[0]}' has median {middle:g}, which are {said}; "
                "expected per cent, such as 8,8"
            )
    # in counts and shares together a fraction shows in single rows too
    with np.errstate(divide="ignore", invalid="ignore"):
        size = found["actual"] / found["actual_share"]
        odd = np.argwhere(size > 20 * np.nanmedian(size, axis=(1, 2), keepdims=True))
    if len(odd):
        a, g, p = (int(k) for k in odd[0])
        raise DataError(
            f"{file}: {areas[a]}, {groups[g]}, {windows[p].code}: actual share is "
            f"{found['actual_share'][a, g, p]:g}, a hundredth of its other rows; expected per cent"
        )


def check_complete(table: BenchmarkTable, known: Collection[str]) -> None:
    """Refuse a table in which a municipality is missing, as a whole or in some half-year.

    Parameters
    ----------
    known : all municipalities there are
    """
    missing = [name for name in known if name not in table.areas]
    if missing:
        named = ", ".join(missing[:SHOWN])
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        raise DataError(
            f"{table.source}: {len(table.areas)} municipalities, expected {len(known)}; missing "
            f"{named}{more}: ranks and expectations need all of them, so download the whole table"
        )
    for p, window in enumerate(table.windows):
        for g, group in enumerate(table.groups):
            empty = np.isnan(table.actual_share[:, g, p]) | np.isnan(table.expected_share[:, g, p])
            if empty.any():
                name = table.areas[int(np.flatnonzero(empty)[0])]
                raise DataError(
                    f"{table.source}: {name}, {group}, {window.code}: no expected or actual share"
                    f" ({int(empty.sum())} of {len(empty)} municipalities); leave out the "
                    "half-year, or download it again"
                )
    nobody = np.argwhere((table.actual[:, 0] <= 0) | (table.actual_share[:, 0] <= 0))
    if len(nobody):
        a, p = (int(k) for k in nobody[0])
        raise DataError(
            f"{table.source}: {table.areas[a]}, {table.groups[0]}, {table.windows[p].code}: nobody "
            "on any benefit, so that shares are of nothing; correct the row, or leave out the "
            "half-year"
        )


def doubts(
    table: BenchmarkTable, model: BenchmarkModel, gap_share: Floats | None, gap: Floats | None
) -> BenchmarkTable:
    """Refuse shares that contradict their counts, and note what else does not fit.

    Parameters
    ----------
    gap_share, gap : (A, G, P) differences as published, of shares as fractions
    """
    _refuse_contradictions(table, model.printed)
    notes = [
        *_differences(table, model.printed, gap_share, gap),
        *_ranks(table, model.printed),
        *_sums(table, model.printed),
    ]
    return _without_zeros(replace(table, notes=tuple(notes)), model.printed)


def _without_zeros(table: BenchmarkTable, printed: Printed) -> BenchmarkTable:
    """Take a share that is printed as nothing for a quarter of its last digit, and say so.

    It is somewhere between nobody and half of that digit, and nobody has no log-odds.
    """
    notes = list(table.notes)
    found: dict[str, Floats] = {}
    for name, word in (("actual_share", "actual"), ("expected_share", "expected")):
        shares = getattr(table, name)
        notes += _named(
            table, shares == 0, f"{word} share is printed as 0 and taken for a little more"
        )
        found[name] = np.maximum(shares, printed.share_step / 4.0)
    return replace(table, notes=tuple(notes), **found)


def _refuse_contradictions(table: BenchmarkTable, printed: Printed) -> None:
    """Refuse counts and shares that are of other residents than the municipality's."""
    for counts, shares, word in (
        (table.actual, table.actual_share, "actual"),
        (table.expected, table.expected_share, "expected"),
    ):
        with np.errstate(divide="ignore", invalid="ignore"):
            low = (counts - 0.5 * printed.count_step) / (shares + 0.5 * printed.share_step)
            high = (counts + 0.5 * printed.count_step) / (shares - 0.5 * printed.share_step)
            size = table.actual / table.actual_share
        high = np.where(high > 0, high, np.inf)
        middle = np.nanmedian(size, axis=(1, 2), keepdims=True)
        # a twentieth more: residents change within a year, and a little by group
        bad = np.argwhere((low > 1.05 * middle) | (high < middle / 1.05))
        if len(bad):
            a, g, p = (int(k) for k in bad[0])
            raise DataError(
                f"{table.source}: {table.areas[a]}, {table.groups[g]}, {table.windows[p].code}: "
                f"{counts[a, g, p]:.0f} {word} full-time persons and {100 * shares[a, g, p]:.2f} "
                f"per cent are of {counts[a, g, p] / shares[a, g, p]:.0f} residents, other rows "
                f"of {float(middle[a, 0, 0]):.0f}; have shares been swapped between rows?"
            )


def _differences(
    table: BenchmarkTable, printed: Printed, gap_share: Floats | None, gap: Floats | None
) -> Iterator[str]:
    """Name differences that are not actual less expected."""
    for published, own, step, said in (
        (gap_share, table.gap, printed.share_step, "of shares"),
        (gap, table.actual - table.expected, printed.count_step, "in full-time persons"),
    ):
        if published is None:
            continue
        off = np.abs(published - own) > 1.5 * step + 1e-9
        yield from _named(
            table, off, f"the published difference {said} is not actual less expected"
        )


def _ranks(table: BenchmarkTable, printed: Printed) -> Iterator[str]:
    """Name ranks that are not those of the differences, or leave holes."""
    for p, window in enumerate(table.windows):
        for g, group in enumerate(table.groups):
            rank = table.rank[:, g, p]
            if np.isnan(rank).all():
                continue
            holes = sorted(set(range(1, len(rank) + 1)) - set(rank[~np.isnan(rank)].tolist()))
            if holes:
                named = ", ".join(str(k) for k in holes[:SHOWN])
                yield (
                    f"{group}, {window.code}: ranks are not 1 to {len(rank)}: nobody has {named}; "
                    "the program's own ranks are used"
                )
                continue
            # a published gap is known to a digit, so neighbours may change places
            gap = table.gap[:, g, p]
            slack = 2.0 * printed.share_step
            least = (gap[None, :] < gap[:, None] - slack).sum(axis=1) + 1
            most = (gap[None, :] <= gap[:, None] + slack).sum(axis=1)
            for a in np.flatnonzero((rank < least) | (rank > most))[:SHOWN]:
                yield (
                    f"{table.areas[int(a)]}, {group}, {window.code}: published rank "
                    f"{rank[a]:.0f}, by its difference {least[a]}; the difference is used"
                )


def _sums(table: BenchmarkTable, printed: Printed) -> Iterator[str]:
    """Name sums of groups that are not the group in all."""
    if len(table.groups) < 4:
        return
    for counts, word in ((table.actual, "actual"), (table.expected, "expected")):
        off = np.abs(counts[:, 1:].sum(axis=1) - counts[:, 0]) > 2.0 * printed.count_step + 1e-9
        whole = np.zeros(counts.shape, dtype=bool)
        whole[:, 0] = off
        yield from _named(table, whole, f"{word} full-time persons of the groups do not sum to all")


def _named(table: BenchmarkTable, bad: np.ndarray, said: str) -> Iterator[str]:
    rows = np.argwhere(bad)
    for a, g, p in rows[:SHOWN]:
        yield f"{table.areas[a]}, {table.groups[g]}, {table.windows[p].code}: {said}"
    if len(rows) > SHOWN:
        yield f"and {len(rows) - SHOWN} more rows in which {said}"
