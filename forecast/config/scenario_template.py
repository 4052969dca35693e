"""A commented template of a scenario file, for `forecast scenario new`."""

from pathlib import Path

from forecast.config.areas import slug
from forecast.config.scenario_file import load_scenario
from forecast.errors import ConfigError

_TEMPLATE = """\
# Et scenarie: udsagn om fremtiden. Filens navn er scenariets id.
# A scenario: statements about the future. The file's name is the scenario's id.
#
# Linjer, der begynder med #, er forklaringer og eksempler. Fjern # foran et eksempel, og ret det.
# Tjek filen / check the file:   forecast scenario check {name}
# Se hvad den gør / see what it does:   forecast scenario compare outputs/gentofte free {name}

title_da = "{title}"
title_en = "{title}"
{extends}
# --- Et udsagn om et tal / a statement about a figure ---
# kind        "pin" = holder præcis / holds exactly; "band" = med usikkerhed / with uncertainty
# area        "Hele landet", "Østdanmark", "Gentofte"
# group       en nøgle fra groups.toml / a key of groups.toml: "ledige", "dagpenge", "i_alt"
# measure     "ledighedsprocent" (sæsonkorrigeret), "ledighedsprocent_faktisk", "fuldtidspersoner",
#             "landsandel", "andel_af_befolkning", "arbejdsstyrke", "befolkning"
# period      "ultimo 2021" = december; "2021" = årsgennemsnit; "2021-01..2021-08"; "2021-Q3"
# adjustment  "seasonally-adjusted" = sæsonkorrigeret (ministerier), "actual" = faktisk (tabeller)
# certainty   hvor sikkert det er, at kilden siger det / how sure: "H", "M" eller/or "L"
{statement}
# Et bånd: tallet og dets standardafvigelse / a band: a figure and its standard deviation
# [[statement]]
# kind = "band"
# area = "Hele landet"
# group = "ledige"
# measure = "fuldtidspersoner"
# period = "2021"
# value = 138000
# sd = 18000
# unit = "FTP"
# adjustment = "seasonally-adjusted"
# reference = "hvem siger det, og hvor / who says so, and where"
# published = 2020-09-07
# certainty = "M"
# reason = "hvorfor netop den usikkerhed / why as uncertain as this"

# Et bånd med fraktiler i stedet for value og sd / a band with quantiles in place of value and sd:
# quantiles = {{ "0.1" = 3.5, "0.5" = 4.5, "0.9" = 6.0 }}

# Kommunens egne bogførte måneder; landet og landsdelen bliver, hvor de er, medmindre udsagnet også
# har linjen updates_parents = true / the municipality's own booked months; the country stays
# [[statement]]
# kind = "pin"
# area = "Gentofte"
# group = "sygedagpenge"
# measure = "fuldtidspersoner"
# period = "2020-01..2020-08"
# value = 640
# unit = "FTP"
# adjustment = "actual"
# reference = "økonomisystemet, september 2020"
# published = 2020-09-15
# certainty = "H"

# Et tal, der er kendt i flere perioder / a figure that is known in several periods
# [[path]]
# area = "Hele landet"
# measure = "befolkning"
# unit = "personer"
# values = {{ "2021" = 3814000, "2022" = 3820000 }}
# reference = "Danmarks Statistik, befolkningsfremskrivning"
# published = 2020-05-20
# certainty = "M"

# --- Et stød: personer flytter / a shock: people move ---
# value     antal, eller "pct." af gruppen; under 0 uden to_group: de forlader ydelserne
# to_group  hvor de flytter hen / where they move to
# until, phase_in (måneder/months), half_life (måneder/months), sd kan udelades / may be left out
# [[shock]]
# area = "Gentofte"
# group = "kontanthjaelp_aktivitetsparate"
# to_group = "ressourceforloeb"
# value = 40
# unit = "FTP"
# from = "2021-07"
# phase_in = 6
# reference = "hvem siger det, og hvor / who says so, and where"
# published = 2020-09-07
# certainty = "M"

# --- En indsats, der afkorter tiden på en ydelse / a policy that shortens the time on a benefit ---
# [[policy]]
# area = "Gentofte"
# group = "sygedagpenge"
# shorter = 5.0
# unit = "pct."
# mean_duration = 7.0   # måneder på ydelsen i gennemsnit / mean months on the benefit
# from = "2021-01"
# reference = "hvem siger det, og hvor / who says so, and where"
# published = 2020-09-07
# certainty = "L"

# --- Eller en blanding af andre scenarier / or a mix of other scenarios, alone in its file ---
# [[mix]]
# scenario = "oer-2020-08"
# weight = 70
# unit = "pct."
"""

_STATEMENT = """
[[statement]]
kind = "pin"
area = "Hele landet"
group = "ledige"
measure = "ledighedsprocent"
period = "ultimo 2021"
value = 4.5
unit = "pct."
adjustment = "seasonally-adjusted"
reference = "hvem siger det, og hvor / who says so, and where"
published = 2020-09-07
certainty = "L"
"""


def scenario_template(name: str, extends: str = "", beside: Path | None = None) -> str:
    """Write a scenario file with explanations and examples.

    Parameters
    ----------
    name
        Its id: small letters, digits and hyphens.
    extends
        The scenario it builds on, or empty; then the file has one statement to change.
    beside
        The folder of the user's own configuration.

    Raises
    ------
    ConfigError
        When the id is none, or there is no scenario to build on.
    """
    if name != slug(name):
        raise ConfigError(
            f"scenario id: found '{name}', expected small letters, digits and hyphens, such as "
            f"'{slug(name)}'"
        )
    title, above, statement = f"Scenarie {name}", "", _STATEMENT
    if extends:
        base = load_scenario(extends, beside)
        title = f"{base.title_da}, variant"
        statement = ""
        above = (
            "\n# Alt, hvad dette scenarie siger, gælder også her; et udsagn om samme tal træder i "
            "stedet.\n# All that this scenario says holds here too; a statement about the same "
            f'figure takes its place.\nextends = "{base.id}"\n'
        )
    return _TEMPLATE.format(name=name, title=title, extends=above, statement=statement)
