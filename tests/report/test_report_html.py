"""The page. All numbers are made up."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from forecast.errors import DataError
from forecast.report.data import GroupLabel, HeadlineData, ReportData, ScenarioLabel, SourceNote
from forecast.report.html import render_report

MakeHeadline = Callable[..., HeadlineData]
MakeReport = Callable[..., ReportData]
HOSTILE = "<script>alert(1)</script>\"'&"


class Outline(HTMLParser):
    """Tags with attributes, text by data-row, and whether every tag is closed."""

    VOID = frozenset({"meta", "br", "col", "path", "rect", "circle", "line"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    found.close()
    return found


@pytest.fixture(scope="module")
def page(make_report: MakeReport) -> str:
    return render_report(make_report())


def cells(page: str, label: str) -> list[str]:
    """Texts of the row of the overview that has this label."""
    row = re.search(rf'<th scope="row">{label}</th>(.*?)</tr>', page, re.DOTALL)
    assert row
    return [re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<td.*?</td>", row[1])]


def test_the_page_is_one_file_that_asks_nothing_of_the_network(page: str) -> None:
    assert "http:" not in page
    assert "https:" not in page
    assert "//" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert "default-src 'none'" in page
    for tag, attributes in outline(page).tags:
        assert tag not in {"script", "link", "iframe", "img", "object"}
        assert "src" not in attributes
        assert attributes.get("href", "#").startswith("#")  # type: ignore[union-attr]


def test_every_tag_is_closed(page: str) -> None:
    found = outline(page)
    assert found.faults == []
    assert found.open == []


def test_the_language_is_named(page: str, make_report: MakeReport) -> None:
    assert '<html lang="da">' in page
    english = render_report(make_report(), "en")
    assert '<html lang="en">' in english
    assert "Overview of target groups" in english
    assert "Recipients of dagpenge" in english
    assert "2,472" in english
    assert "Målgruppe" not in english


def test_the_published_years_stand_as_printed(page: str) -> None:
    assert cells(page, "Fleksjob")[:8] == [
        *("386", "0,99%", "386", "1,03%", "-2,4%a", "386", "1,07%", "0,0%"),
    ]
    assert cells(page, "Dagpengemodtagere")[1] == "."


def test_misprints_have_a_footnote_with_their_reason(page: str) -> None:
    note = re.search(r'<li id="note-a">.*?</li>', page)
    assert note
    assert "Fleksjob, ændring 2017-2018, trykt -2,4%:" in note[0]
    assert '<span lang="en">made up: is -2,2 %</span>' in note[0]
    assert page.count("#note-") == 1


def test_a_figure_in_doubt_has_a_footnote_without_a_verdict(make_report: MakeReport) -> None:
    table = make_report().overview
    table["status"] = "printed"
    suspect = table["group"].eq("dagpenge") & table["period"].eq("2019")
    table.loc[suspect & table["measure"].eq("landsandel"), ["status", "verdict", "note"]] = (
        *("suspect", "", "made up: copied cell"),
    )
    page = render_report(make_report(overview=table))
    assert cells(page, "Dagpengemodtagere")[6] == "1,07%a"
    assert "trykt 1,07%:" in page
    assert "made up: copied cell" in page


def test_a_note_in_the_page_s_language_is_preferred(make_report: MakeReport) -> None:
    table = make_report().overview.assign(note_da="opdigtet bemærkning")
    assert '<span lang="da">opdigtet bemærkning</span>' in render_report(
        make_report(overview=table)
    )


def test_the_continuation_has_two_scenarios_with_intervals(page: str) -> None:
    table = page[page.index("Gentofte 2019-2022") :]
    found = cells(table, "I alt")
    assert found == ["2.247", *["2.4722.313-2.630"] * 6]


def test_a_structural_zero_has_no_interval(
    make_report: MakeReport, make_headline: MakeHeadline
) -> None:
    table = make_headline().projections
    table["value"] = table["value"].where(table["group"] != "dagpenge", 0.0)
    page = render_report(make_report(headline=make_headline(projections=table)))
    found = page[page.index("Gentofte 2019-2022") :]
    assert cells(found, "Dagpengemodtagere") == ["0"] * 7


def test_rows_on_the_prior_alone_are_marked_and_listed(page: str) -> None:
    table = page[page.index("Gentofte 2019-2022") :]
    assert all("†" in cell for cell in cells(table, "Fleksjob")[1:])
    assert "†" not in "".join(cells(table, "I alt"))
    assert "<li>Gentofte: Fleksjob</li>" in page


def test_every_cell_with_a_number_names_its_row(page: str) -> None:
    for cell in re.findall(r"<td[^>]*>.*?</td>", page):
        text = re.sub(r"<.*?>", "", cell)
        if re.search(r"\d", text) and 'class="text"' not in cell:
            assert re.search(r'data-row="\w+\.csv\?', cell), cell


def test_a_cell_names_a_row_that_holds_its_number(page: str, make_report: MakeReport) -> None:
    rows = re.findall(r'data-row="projections\.csv\?([^"]*)">3,4<', page)
    assert len(rows) == 2, "both scenarios have 3,4 in Gentofte"
    table = make_report().headline.projections.astype({"output_type_id": str})
    for pair in rows[0].replace("&amp;", "&").split("&"):
        column, value = pair.split("=")
        table = table.loc[table[column] == value]
    assert len(table) == 1
    assert 0.0335 <= table["value"].item() < 0.0345


def test_tables_and_charts_can_be_heard(page: str) -> None:
    tags = outline(page).tags
    heads = [attributes for tag, attributes in tags if tag == "th"]
    assert heads
    assert all(attributes.get("scope") for attributes in heads)
    pictures = [attributes for _, attributes in tags if attributes.get("role") == "img"]
    assert len(pictures) == 6
    assert all("Viftediagram for" in str(attributes["aria-label"]) for attributes in pictures)
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(attributes["href"])[1:] for tag, attributes in tags if tag == "a"}
    assert targets <= set(ids)


def test_diagnostics_findings_and_shifts_are_told(page: str) -> None:
    assert "2 af 3 kontroller er bestået." in page
    assert "ikke bestået" in page
    assert "Tallet ligger uden for intervallet." in page
    assert "Hvor langt tallene flyttede modellen" in page


def test_sections_without_rows_are_left_out(
    make_report: MakeReport, make_headline: MakeHeadline
) -> None:
    plain = make_headline()
    head = make_headline(
        findings=plain.findings.head(0),
        prior_shift=plain.prior_shift.head(0),
        decomposition=plain.decomposition.head(0),
        diagnostics=plain.diagnostics.head(0),
    )
    page = render_report(make_report(headline=head))
    assert "Prøve mod tal" not in page
    assert "Hvorfor" not in page
    assert "Der er ingen kontroller af denne kørsel." in page


def test_hostile_names_are_escaped(make_report: MakeReport, make_headline: MakeHeadline) -> None:
    plain = make_headline()
    rename = {"area": {"Gentofte": HOSTILE}}
    head = make_headline(
        area=HOSTILE,
        areas=(HOSTILE, "Østdanmark", "Hele landet"),
        scenarios=(plain.scenarios[0], ScenarioLabel("oer-2020-08", HOSTILE, HOSTILE)),
        groups=tuple(GroupLabel(item.key, HOSTILE, HOSTILE, item.level) for item in plain.groups),
        projections=plain.projections.replace(rename),
        published=plain.published.replace(rename).assign(source=HOSTILE),
        decomposition=plain.decomposition.replace(rename),
        findings=plain.findings.assign(quantity=HOSTILE, note=HOSTILE),
        prior_shift=plain.prior_shift.assign(quantity=HOSTILE),
        diagnostics=plain.diagnostics.assign(check=HOSTILE, note=HOSTILE, verdict=HOSTILE),
    )
    overview = make_report().overview.replace(rename)
    data = make_report(
        headline=head,
        overview=overview.assign(note=HOSTILE, verdict=HOSTILE, printed_text=HOSTILE),
        sources=(SourceNote(HOSTILE, HOSTILE),),
        run=((HOSTILE, HOSTILE),),
    )
    page = render_report(data)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    found = outline(page)
    assert found.faults == []
    assert all(tag != "script" for tag, _ in found.tags)


def test_a_row_without_a_label_is_refused(make_report: MakeReport) -> None:
    with pytest.raises(DataError, match=r"table_rows 'fleksjobs'.*'fleksjob'"):
        make_report(table_rows=("fleksjobs",))


def test_other_scenarios_can_continue_the_overview(make_report: MakeReport) -> None:
    page = render_report(make_report(scenarios_in_table=("free",)))
    table = page[page.index("Gentofte 2019-2022") :]
    assert len(cells(table, "I alt")) == 4
    with pytest.raises(DataError, match="scenarios_in_table 'fre'"):
        make_report(scenarios_in_table=("fre",))


def test_the_same_tables_make_the_same_page(page: str, make_report: MakeReport) -> None:
    assert render_report(replace(make_report())) == page


CHROMIUM = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1200])
def test_a_browser_shows_the_page_without_running_over(
    page: str, tmp_path: Path, width: int
) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    assert browser, "this test needs chromium: install it with the system's package manager"
    # A frame has the width asked for, where a window has a least width of its own; the script of
    # the outer page measures the inner one and writes what it finds into the outer document.
    inner = page.replace("default-src 'none'; ", "")
    (tmp_path / "report.html").write_text(inner, encoding="utf-8")
    outer = (
        f'<iframe id="f" src="report.html" style="width:{width}px;height:900px;border:0"></iframe>'
        "<p id='out'>none</p><script>f.onload = () => { const d = f.contentDocument;"
        " out.textContent = [d.documentElement.scrollWidth, d.documentElement.clientWidth,"
        " d.querySelectorAll('figure svg path').length, d.querySelectorAll('table').length]"
        ".join(' ') }</script>"
    )
    (tmp_path / "outer.html").write_text(outer, encoding="utf-8")
    command = [browser, *CHROMIUM, f"--user-data-dir={tmp_path / 'profile'}"]
    options = ["--allow-file-access-from-files", "--virtual-time-budget=5000", "--dump-dom"]
    done = subprocess.run(
        [*command, *options, (tmp_path / "outer.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found = re.search(r"""<p id="out">(\d+) (\d+) (\d+) (\d+)</p>""", done.stdout)
    assert found, done.stdout[-500:]
    scroll_width, client_width, paths, tables = map(int, found.groups())
    assert scroll_width <= client_width, "the page scrolls sideways"
    assert paths > 50
    assert tables == 8


@pytest.mark.slow
def test_a_browser_takes_a_picture_of_the_page(page: str, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    assert browser, "this test needs chromium: install it with the system's package manager"
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    picture = tmp_path / "report.png"
    command = [browser, *CHROMIUM, f"--user-data-dir={tmp_path / 'profile'}"]
    subprocess.run(
        [*command, f"--screenshot={picture}", (tmp_path / "report.html").as_uri()],
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert picture.stat().st_size > 20_000, "an empty page makes a smaller picture"


def test_few_persons_are_not_printed_and_the_page_says_so(
    page: str, make_headline: MakeHeadline, make_report: MakeReport
) -> None:
    head = make_headline()
    table = head.projections.copy()
    projected = (table["group"] == "fleksjob") & (table["basis"] != "observed")
    table.loc[projected, "value"] *= 8.0 / table.loc[projected, "value"].median()
    small = render_report(make_report(headline=replace(head, projections=table)))
    assert "&lt;10" not in page
    assert ">&lt;10<" in small
    assert "&lt;10-&lt;10" not in small
    assert "&lt;10: færre end ti personer vises ikke." in small
