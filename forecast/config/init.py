"""A first configuration for any municipality."""

from collections.abc import Mapping
from string import Template

from forecast.config.areas import resolve_area, slug
from forecast.core.tree import Area
from forecast.errors import ConfigError

_TEMPLATE = Template("""\
# $area: fremskrivning af ledighed og offentlig forsørgelse.
# $area: projection of unemployment and public benefits.
#
# Kør den / run it:   forecast run $file
# Linjer, der begynder med #, er forklaringer. Lines that begin with # are explanations.

# Kommunen. The municipality.
area = "$area"

# Scenarierne, i den rækkefølge de vises; filerne ligger i scenarios/.
# The scenarios, in the order they are shown; their files lie in scenarios/.
scenarios = ["free", "oer-2020-08", "oer-2020-08-band"]

[periods]
first_month = "2017-01"      # første måned med tal / first month of the data
last_data_month = "2019-12"  # sidste måned med tal / last month of the data
last_month = "2022-12"       # sidste fremskrevne måned / last month projected
headline = "ultimo 2021"     # det, der vises først / what is shown first
table_years = [2017, 2018, 2019, 2020, 2021, 2022]  # årene i målgruppeoversigten

[model]
name = "link"    # models/link.toml
seed = 20200907  # samme tal, samme resultat / the same number, the same result
draws = 2000     # antal mulige fremtider / number of possible futures

[data]
# De offentliggjorte tal, som følger med: for landet, Østdanmark og Gentofte.
# The published figures that come with the program: the country, Østdanmark and Gentofte.
published = true

# $area's egne tal: fjern # og ret filnavnet. Programmet har kun tal for Gentofte med.
# $area's own figures: remove the # and put the file's name. Only Gentofte's come with the program.
# format: "danish" (1.036 er tusind og seksogtredive) eller/or "plain" (1036, 5.1).
# [[data.figures]]
# path = "$slug.csv"
# format = "danish"

# Overførselsudgifter: fuldtidspersoner gange priser, statens andel trukket fra. account er et kendt
# regnskab, netto, som priserne afstemmes med.
# Transfer expenditure: full-time persons times prices, less the state's part. account is a known
# account, net, that prices are reconciled with.
[budget]
prices = "ydelser"  # prices/ydelser.toml: priserne og deres kilder / the prices and their sources
# account = "2019=502,6 mio. kr."
# budgets = ["2020=512,4 mio. kr."]
""")


def render(kommune: str, areas: Mapping[str, Area]) -> tuple[str, str]:
    """Write a configuration for a municipality, as text.

    Parameters
    ----------
    kommune
        Its name in any spelling that `resolve_area` takes, or its code.
    areas
        The areas that exist, by name.

    Returns
    -------
    tuple of str
        The file's name, such as ``aeroe.toml``, and its content.

    Raises
    ------
    ConfigError
        When there is no such municipality.
    """
    area = resolve_area(kommune, areas)
    if areas[area].kind != "kommune":
        raise ConfigError(
            f"'{area}' is a {areas[area].kind}; expected one of the 98 municipalities, "
            "such as 'Gentofte'"
        )
    file = f"{slug(area)}.toml"
    return file, _TEMPLATE.substitute(area=area, slug=slug(area), file=file)
