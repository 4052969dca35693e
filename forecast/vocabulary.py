"""Every column, dimension, unit and measure name of the project, with its meaning.

Names are a contract: files on disk carry them, so changing one is a breaking change. Areas and
groups are *not* here, they come from the configuration.
"""

from enum import StrEnum
from typing import Final

# --- columns of the long tables -------------------------------------------------------------------

SCENARIO: Final = "scenario"  # scenario id: free, oer-2020-08, ...
AREA: Final = "area"  # name as jobindsats prints it: Gentofte, Østdanmark, Hele landet
GROUP: Final = "group"  # key of a benefit group: dagpenge, i_alt, ...
MEASURE: Final = "measure"  # one of Measure
PERIOD: Final = "period"  # canonical code: 2021-12, 2021, 2021-Q3, 2020-01..2020-09
OUTPUT_TYPE: Final = "output_type"  # one of OutputType (hubverse)
OUTPUT_TYPE_ID: Final = "output_type_id"  # quantile level, empty for mean and median
VALUE: Final = "value"  # number in `unit`; shares are fractions
UNIT: Final = "unit"  # one of Unit
BASIS: Final = "basis"  # one of Basis

PROJECTION_COLUMNS: Final = (
    SCENARIO,
    AREA,
    GROUP,
    MEASURE,
    PERIOD,
    OUTPUT_TYPE,
    OUTPUT_TYPE_ID,
    VALUE,
    UNIT,
    BASIS,
)
"""Columns of `projections.csv`, in the order of the file."""

QUANTILE_LEVELS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
"""Quantile levels of every projection, as fractions."""

# --- columns of a Panel, besides the above --------------------------------------------------------

FIRST: Final = "first"  # first month of the window, year * 12 + month - 1
LAST: Final = "last"  # last month of the window, inclusive
ADJUSTMENT: Final = "adjustment"  # one of Adjustment, or empty where it does not apply
SD: Final = "sd"  # measurement standard deviation, same unit as value
HALF_WIDTH: Final = "half_width"  # half of the last printed digit, same unit as value
SOURCE: Final = "source"  # document and table, or file and row
AS_OF: Final = "as_of"  # vintage: the day the figure was taken, ISO date, or empty
ROLE: Final = "role"  # one of Role
STATUS: Final = "status"  # one of Status
PRINTED_TEXT: Final = "printed_text"  # the figure as it stands in the source
NOTE: Final = "note"  # what a reader must know about this row

PANEL_COLUMNS: Final = (
    AREA,
    GROUP,
    MEASURE,
    PERIOD,
    FIRST,
    LAST,
    VALUE,
    UNIT,
    ADJUSTMENT,
    SD,
    HALF_WIDTH,
    SOURCE,
    AS_OF,
    ROLE,
    STATUS,
    PRINTED_TEXT,
    NOTE,
)
"""Columns of a `Panel`, in order."""

# --- dimensions of arrays -------------------------------------------------------------------------

DRAW: Final = "draw"  # number of a joint future, the same future everywhere
CHAIN: Final = "chain"  # chain of the sampler, only in posterior.nc

DRAW_DIMS: Final = (DRAW, AREA, GROUP, PERIOD)
"""Dimensions of `Draws`, in order; reductions leave a subset, `draw` always first."""


class Measure(StrEnum):
    """What a figure counts."""

    FULDTIDSPERSONER = "fuldtidspersoner"
    """Full-time persons on a benefit, mean over the window."""
    LANDSANDEL = "landsandel"
    """An area's full-time persons as a fraction of the whole country's, same group."""
    LEDIGHEDSPROCENT = "ledighedsprocent"
    """Unemployed as a fraction of the labour force, **seasonally adjusted**."""
    LEDIGHEDSPROCENT_FAKTISK = "ledighedsprocent_faktisk"
    """Unemployed as a fraction of the labour force, actual (not adjusted)."""
    ANDEL_AF_BEFOLKNING = "andel_af_befolkning"
    """Full-time persons as a fraction of the population aged 16-66."""
    ANDEL_AF_ARBEJDSSTYRKE = "andel_af_arbejdsstyrke"
    """Full-time persons as a fraction of the labour force aged 16-66."""
    ANDEL_AF_GRUPPE = "andel_af_gruppe"
    """Part of a group as a fraction of that group (passivandel, andel på ledighedsydelse)."""
    AENDRING = "aendring"
    """Change between two windows, relative (`andel`) or in the unit of what changes."""
    ARBEJDSSTYRKE = "arbejdsstyrke"
    """Labour force aged 16-66, persons."""
    BEFOLKNING = "befolkning"
    """Population aged 16-66, persons."""
    FULDTIDSAKTIVEREDE = "fuldtidsaktiverede"
    """Activated persons converted to full time (37 hours a week)."""
    FAKTISK_ANDEL = "faktisk_andel"
    """Full-time persons as a fraction of the residents aged 16-66, as the benchmark counts both."""
    FORVENTET_ANDEL = "forventet_andel"
    """The same fraction as expected of a municipality with such framework conditions."""
    FORSKEL = "forskel"
    """Actual less expected share, as published."""
    UNDERLIGGENDE_FORSKEL = "underliggende_forskel"
    """What is lasting in actual less expected share, without the chance of who lives there."""
    UNDERLIGGENDE_FULDTIDSPERSONER = "underliggende_fuldtidspersoner"
    """The same in full-time persons."""
    PLACERING = "placering"
    """Rank among all municipalities by actual less expected share, 1 the lowest."""
    UNDERLIGGENDE_PLACERING = "underliggende_placering"
    """Rank by what is lasting in the difference, draw by draw."""
    SANDSYNLIGHED_HOEJST_FORVENTET = "sandsynlighed_hoejst_forventet"
    """Probability that the lasting share is at most the expected one."""
    SANDSYNLIGHED_HOEJST_LANDET = "sandsynlighed_hoejst_landet"
    """Probability that the lasting difference is at most the country's common one."""
    STOEJANDEL = "stoejandel"
    """Part of the movement since the half-year before that is chance."""
    FORHOLD = "forhold"
    """Actual over expected share."""
    SANDSYNLIGHED_RESULTATMAAL = "sandsynlighed_resultatmaal"
    """Probability that the resultatmål is met at a measurement."""
    SANDSYNLIGHED_TILSTAND = "sandsynlighed_tilstand"
    """Probability of a state of supervision, which the row's group names."""
    FOKUSMAAL_TILBUD = "fokusmaal_tilbud"
    """Share without an offer or employment in the last 12 months, of those with the seniority."""
    FOKUSMAAL_SAMTALER = "fokusmaal_samtaler"
    """Share with too few conversations in the last 12 months, of those with the seniority."""

    BRUTTOUDGIFT = "bruttoudgift"
    """What benefits cost before the state's part."""
    REFUSION = "refusion"
    """The state's part: reimbursement, or what it pays where the municipality co-finances."""
    NETTOUDGIFT = "nettoudgift"
    """What the municipality pays, before grants (budgetgaranti, beskæftigelsestilskud)."""
    TILSKUD = "tilskud"
    """Change of grants since the known year: a share of what all municipalities are granted."""
    NETTOUDGIFT_EFTER_TILSKUD = "nettoudgift_efter_tilskud"
    """Net expenditure less this change."""
    OPRINDELIGT_BUDGET = "oprindeligt_budget"
    """Net expenditure as first budgeted."""
    BUDGET = "budget"
    """Net expenditure that has been budgeted, as last revised."""
    BOGFOERT = "bogfoert"
    """Net expenditure of the months that have been booked."""
    AFVIGELSE = "afvigelse"
    """Net expenditure less the budget."""
    SANDSYNLIGHED_OVERSKRIDELSE = "sandsynlighed_overskridelse"
    """Probability of spending more than the budget."""
    FORVENTET_OVERSKRIDELSE = "forventet_overskridelse"
    """Mean of what is spent beyond the budget, zero where nothing is."""
    RESERVE = "reserve"
    """Beyond the budget, that is enough with 90 per cent."""
    AENDRING_MAENGDE = "aendring_maengde"
    """Change of net expenditure from one year to the next because of more or fewer persons."""
    AENDRING_POLITIK = "aendring_politik"
    """The same because of a policy's persons."""
    AENDRING_PRIS = "aendring_pris"
    """The same because of prices."""
    AENDRING_TRIN = "aendring_trin"
    """The same because of the steps of the ladder that people stand on."""
    BESPARELSE = "besparelse"
    """Net expenditure without an investment less that with it, over the years that it costs."""
    INVESTERING = "investering"
    """What the investment costs over the same years."""
    SANDSYNLIGHED_TJENT_HJEM = "sandsynlighed_tjent_hjem"
    """Probability that it saves at least what it costs in these years."""
    NULPUNKT = "nulpunkt"
    """Full-time persons fewer, all year, that would pay for a year of it."""
    SAGER_PR_AARSVAERK = "sager_pr_aarsvaerk"
    """Cases for each full-time employee, of a year's mean of cases."""
    OMKOSTNING_PR_FULDTIDSPERSON = "omkostning_pr_fuldtidsperson"
    """Running costs of activation for a full-time person in a year."""
    VARIGHED = "varighed"
    """Weeks that those who come stay on a benefit, in the mean."""
    BESPARELSE_AKTIVERING = "besparelse_aktivering"
    """Running costs of activation without an investment less those with it."""
    SKALERING = "skalering"
    """The one factor that reconciles persons times prices with a known account."""


class Unit(StrEnum):
    """Unit of a number inside the program and in its files."""

    FULDTIDSPERSONER = "fuldtidspersoner"
    """Full-time persons (FTP)."""
    PERSONER = "personer"
    """Persons."""
    ANDEL = "andel"
    """Fraction: 0.045 is 4,5 pct."""
    PROCENTPOINT = "procentpoint"
    """Difference of two fractions, itself a fraction: 0.01 is one percentage point."""
    KR = "kr"
    """Danish kroner."""
    NUMMER = "nummer"
    """Place in an order, 1 the first."""
    SAGER = "sager"
    """Cases."""
    UGER = "uger"
    """Weeks."""


class Adjustment(StrEnum):
    """Whether the season has been taken out of a figure."""

    ACTUAL = "actual"
    SEASONALLY_ADJUSTED = "seasonally-adjusted"


class Role(StrEnum):
    """What a figure may be used for."""

    FIT = "fit"
    """Enters the likelihood."""
    CHECK = "check"
    """Compared with the result, never enters a fit."""
    SCENARIO = "scenario"
    """A statement about the future that a scenario may pin."""
    IDENTITY = "identity"
    """Follows from other figures; recomputed, not fitted."""
    CONTEXT = "context"
    """Printed for the reader only."""


class Status(StrEnum):
    """How far a published figure can be relied on."""

    PRINTED = "printed"
    """As printed."""
    CORRECTED = "corrected"
    """The value is the right figure, `printed_text` what stands in the document."""
    SUSPECT = "suspect"
    """As printed, but contradicted by other figures."""
    MISSING = "missing"
    """The source says that there is no figure."""
    ARTEFACT = "artefact"
    """No figure at all: remains of a text extraction."""


class Basis(StrEnum):
    """What a projected figure rests on."""

    OBSERVED = "observed"
    """Printed in a source."""
    DATA = "data"
    """Projected by a link that has data."""
    PRIOR_ONLY = "prior-only"
    """Projected by a link without data."""
    MIXED = "mixed"
    """A sum or quotient of figures that rest on both."""
    PINNED = "pinned"
    """Stated by the scenario."""


class OutputType(StrEnum):
    """What summary of the draws a row holds (hubverse conventions)."""

    MEAN = "mean"
    MEDIAN = "median"
    QUANTILE = "quantile"


SHARE_MEASURES: Final = frozenset(
    {
        Measure.LANDSANDEL,
        Measure.LEDIGHEDSPROCENT,
        Measure.LEDIGHEDSPROCENT_FAKTISK,
        Measure.ANDEL_AF_BEFOLKNING,
        Measure.ANDEL_AF_ARBEJDSSTYRKE,
        Measure.ANDEL_AF_GRUPPE,
        Measure.FAKTISK_ANDEL,
        Measure.FORVENTET_ANDEL,
        Measure.SANDSYNLIGHED_HOEJST_FORVENTET,
        Measure.SANDSYNLIGHED_HOEJST_LANDET,
        Measure.STOEJANDEL,
        Measure.SANDSYNLIGHED_RESULTATMAAL,
        Measure.SANDSYNLIGHED_TILSTAND,
        Measure.FOKUSMAAL_TILBUD,
        Measure.FOKUSMAAL_SAMTALER,
        Measure.SANDSYNLIGHED_OVERSKRIDELSE,
        Measure.SANDSYNLIGHED_TJENT_HJEM,
    }
)
"""Measures whose values are fractions in [0, 1]."""

MEASURE_UNITS: Final[dict[Measure, frozenset[Unit]]] = {
    **{measure: frozenset({Unit.ANDEL}) for measure in SHARE_MEASURES},
    Measure.FULDTIDSPERSONER: frozenset({Unit.FULDTIDSPERSONER}),
    Measure.FULDTIDSAKTIVEREDE: frozenset({Unit.FULDTIDSPERSONER}),
    Measure.ARBEJDSSTYRKE: frozenset({Unit.PERSONER}),
    Measure.BEFOLKNING: frozenset({Unit.PERSONER}),
    Measure.FORSKEL: frozenset({Unit.PROCENTPOINT}),
    Measure.UNDERLIGGENDE_FORSKEL: frozenset({Unit.PROCENTPOINT}),
    Measure.UNDERLIGGENDE_FULDTIDSPERSONER: frozenset({Unit.FULDTIDSPERSONER}),
    Measure.PLACERING: frozenset({Unit.NUMMER}),
    Measure.UNDERLIGGENDE_PLACERING: frozenset({Unit.NUMMER}),
    Measure.FORHOLD: frozenset({Unit.ANDEL}),
    Measure.SKALERING: frozenset({Unit.ANDEL}),
    Measure.NULPUNKT: frozenset({Unit.FULDTIDSPERSONER}),
    Measure.SAGER_PR_AARSVAERK: frozenset({Unit.SAGER}),
    Measure.VARIGHED: frozenset({Unit.UGER}),
    **dict.fromkeys(
        (
            Measure.BRUTTOUDGIFT,
            Measure.REFUSION,
            Measure.NETTOUDGIFT,
            Measure.TILSKUD,
            Measure.NETTOUDGIFT_EFTER_TILSKUD,
            Measure.OMKOSTNING_PR_FULDTIDSPERSON,
            Measure.BESPARELSE_AKTIVERING,
            Measure.OPRINDELIGT_BUDGET,
            Measure.BUDGET,
            Measure.BOGFOERT,
            Measure.AFVIGELSE,
            Measure.FORVENTET_OVERSKRIDELSE,
            Measure.RESERVE,
            Measure.BESPARELSE,
            Measure.INVESTERING,
            Measure.AENDRING_MAENGDE,
            Measure.AENDRING_POLITIK,
            Measure.AENDRING_PRIS,
            Measure.AENDRING_TRIN,
        ),
        frozenset({Unit.KR}),
    ),
    Measure.AENDRING: frozenset(
        {Unit.ANDEL, Unit.PROCENTPOINT, Unit.FULDTIDSPERSONER, Unit.PERSONER}
    ),
}
"""Units in which each measure may stand."""

MEASURE_ADJUSTMENT: Final[dict[Measure, Adjustment]] = {
    Measure.LEDIGHEDSPROCENT: Adjustment.SEASONALLY_ADJUSTED,
    Measure.LEDIGHEDSPROCENT_FAKTISK: Adjustment.ACTUAL,
}
"""Measures that mean one adjustment and no other."""
