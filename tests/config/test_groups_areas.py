"""The areas and groups that come with the program, against the published tables."""

import csv
from collections import Counter

import pytest

from forecast.config import (
    build_tree,
    bundled,
    load_areas,
    load_groups,
    places,
    resolve_area,
    resolve_group,
    slug,
)
from forecast.errors import ConfigError


def published(name: str) -> list[dict[str, str]]:
    with bundled(f"data/published/{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_areas_are_the_official_list() -> None:
    areas, found = load_areas(), places()
    kommuner = {area.name: area for area in areas.values() if area.kind == "kommune"}
    rows = published("kommuner")
    assert len(rows) == len(kommuner) == 98
    for row in rows:
        area = kommuner[row["navn"]]
        assert (area.code, area.parent) == (row["kode"], row["landsdelsgruppe"])
        assert found[area.name] == (row["landsdel"], row["region"])
    assert Counter(area.kind for area in areas.values()) == {
        "country": 1,
        "region-group": 2,
        "region": 5,
        "kommune": 98,
    }


def test_every_chain_ends_at_the_country() -> None:
    tree = build_tree()
    assert tree.area_chain("Gentofte") == ("Gentofte", "Østdanmark", "Hele landet")
    assert tree.area_chain("Aarhus") == ("Aarhus", "Vestdanmark", "Hele landet")
    assert {tree.area_chain(name)[-1] for name in tree.areas} == {"Hele landet"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Gentofte", "Gentofte"),
        ("  gentofte kommune ", "Gentofte"),
        ("GENTOFTE", "Gentofte"),
        ("hele-landet", "Hele landet"),
        ("oestdanmark", "Østdanmark"),
        ("Aeroe", "Ærø"),
        ("Ærø Kommune", "Ærø"),
        ("Århus", "Aarhus"),
        ("A\u030arhus", "Aarhus"),
        ("Åbenrå", "Aabenraa"),
        ("Koebenhavn", "København"),
        ("Københavns Kommune", "København"),
        ("høje taastrup", "Høje-Taastrup"),
        ("157", "Gentofte"),
        ("0157", "Gentofte"),
    ],
)
def test_people_write_areas_as_they_like(text: str, name: str) -> None:
    assert resolve_area(text, load_areas()) == name


@pytest.mark.parametrize("text", ["Gentoftee", "Kbenhavn", "Aero"])
def test_unknown_area_names_the_nearest(text: str) -> None:
    nearest = {"Gentoftee": "Gentofte", "Kbenhavn": "København", "Aero": "Ærø"}[text]
    with pytest.raises(ConfigError, match=rf"unknown area '{text}' \(did you mean '{nearest}'\?\)"):
        resolve_area(text, load_areas())


def test_every_name_and_slug_of_an_area_leads_to_it() -> None:
    areas = load_areas()
    for name in areas:
        assert resolve_area(name, areas) == resolve_area(slug(name), areas) == name
        assert slug(name).isascii()


def test_groups_carry_every_label_of_the_table() -> None:
    tree = build_tree()
    printed = list(dict.fromkeys(row["group"] for row in published("maalgruppeoversigt")))
    of_rows = [label for key in tree.rows for label in tree.groups[key].facts]
    assert of_rows == printed
    assert len(tree.rows) == 27


def full_time_persons(year: str) -> dict[str, float]:
    """Printed FTP of a year, by group key."""
    keys = {label: key for key, group in load_groups().items() for label in group.facts}
    return {
        keys[row["group"]]: float(row["value"])
        for row in published("maalgruppeoversigt")
        if row["measure"] == "Fuldtidspersoner" and row["period"] == year
    }


@pytest.mark.parametrize(
    ("key", "sums"),
    [
        ("udfordringer_ud_over_ledighed", (677, 698, 661)),
        ("uddannelseshjaelp_samlet", (180, 166, 146)),
        ("ledige", (1145, 1070, 1044)),
    ],
)
def test_sums_beside_the_tree(key: str, sums: tuple[int, int, int]) -> None:
    components = build_tree().components(key)
    for year, expected in zip(("2017", "2018", "2019"), sums, strict=True):
        printed = full_time_persons(year)
        assert sum(printed[leaf] for leaf in components) == expected


def test_all_without_pension_and_flex_job_is_all_but_those_two() -> None:
    tree = build_tree()
    rest = set(tree.components("i_alt_uden_foertidspension_og_fleksjob"))
    assert set(tree.leaves) - rest == {"foertidspension", "fleksjob"}
    printed = full_time_persons("2019")
    assert printed["i_alt"] - printed["foertidspension"] - printed["fleksjob"] == 2534


def test_flags_agree_with_the_table() -> None:
    groups = load_groups()
    zeros = {key for key, group in groups.items() if group.structural_zero}
    assert zeros == {
        "integrationsydelse_aabenlyst_uddannelsesparate",
        "integrationsydelse_uddannelsesparate",
    }
    for year in ("2017", "2018", "2019"):
        printed = full_time_persons(year)
        assert {printed[key] for key in zeros} == {0}
        ended = groups["midlertidig_kontantydelse"].discontinued
        assert ended == 2018 * 12
        assert (printed["midlertidig_kontantydelse"] == 0) == (int(year) * 12 >= ended)


def test_long_term_unemployed_are_two_parts() -> None:
    tree = build_tree()
    assert tree.components("langtidsledige") == (
        "langtidsledige_dagpenge",
        "langtidsledige_kontanthjaelp",
    )
    assert tree.groups["langtidsledige_dagpenge"].part_of == "dagpenge"


@pytest.mark.parametrize(
    ("text", "key"), [("dagpenge", "dagpenge"), ("I ALT", "i_alt"), ("Flex-job", "fleksjob")]
)
def test_groups_by_key_or_label(text: str, key: str) -> None:
    assert resolve_group(text, load_groups()) == key
