"""Every fault in a configuration is one line that names file, key, found and expected.

Each file in ``broken/`` has one fault, and its first line the words that the message must have. The
first word of its name says what kind of file it is.
"""

import shutil
from pathlib import Path

import pytest

from forecast.config import load_areas, load_config, load_groups, load_scenario
from forecast.errors import ConfigError

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.toml"))


def read(path: Path, folder: Path) -> None:
    """Load a broken file in its proper place."""
    kind = path.stem.partition("-")[0]
    if kind == "run":
        load_config(path)
    elif kind == "scenario":
        load_scenario(str(path))
    else:
        shutil.copy(path, folder / f"{kind}.toml")
        {"areas": load_areas, "groups": load_groups}[kind](folder)


@pytest.mark.parametrize("path", BROKEN, ids=[path.stem for path in BROKEN])
def test_one_fault_gives_one_line_with_file_key_and_cure(path: Path, tmp_path: Path) -> None:
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expected: ")
    with pytest.raises(ConfigError, match=r"\.toml: ") as caught:
        read(path, tmp_path)
    message = str(caught.value)
    assert expected in message
    assert "\n" not in message
    assert message.startswith((str(path), str(tmp_path)))


def test_there_are_broken_files() -> None:
    assert len(BROKEN) > 60


def test_file_that_is_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes('\narea = "Ærø"\n'.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"latin\.toml: line 2 is not UTF-8; save the file as"):
        load_config(file)


def test_file_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "gentofte.toml").touch()
    with pytest.raises(ConfigError, match=r"gentoft\.toml: no such file .*'gentofte\.toml'"):
        load_config(tmp_path / "gentoft.toml")


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder; expected a TOML file"):
        load_config(tmp_path)


def test_several_faults_are_counted_and_an_unknown_key_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "many.toml"
    file.write_text('title_da = "Prøve"\ntitel_en = "Test"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"titel_en: unknown key .*'title_en'.* \(and 1 more"):
        load_scenario(str(file))


def test_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "marked.toml"
    file.write_bytes(b'\xef\xbb\xbftitle_da = "A"\ntitle_en = "B"\n')
    assert load_scenario(str(file)).title_da == "A"
