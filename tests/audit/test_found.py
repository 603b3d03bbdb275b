"""What is found, in every shape that code gives it."""

import pytest

from tests.audit.conftest import Look

RIGHT = [
    "bdl_player_boxscores", "bigdataball_play_by_play", "odds_api_game_lines", "nbac_schedule", "nbac_gamebook_player_stats",
    "br_rosters_current",
]  # fmt: skip
STALE = [*RIGHT[:5], "br_roster"]

FORMER = {
    "a list": f"EXPECTED_PROCESSORS = {STALE}",
    "a tuple": f"PHASE2_PROCESSORS = {tuple(STALE)}",
    "a set": f"REQUIRED = {set(STALE)}",
    "a frozenset": f"PHASE2 = frozenset({STALE})",
    "keys": f"PROCESSORS = {dict.fromkeys(STALE, 1)}",
    "keys of full names": "DATE_COLUMNS = {'nba_raw.br_roster': 'season_year', 'nba_raw.nbac_schedule': 'game_date'}",
    "a list in a mapping": f"EXPECTED = {{'phase2': {STALE}}}",
    "a dataclass default": f"class C:\n    expected_processors: list = field(default_factory=lambda: {STALE})",
    "a parameter's default": f"def wait(processors={STALE}): ...",
    "a returned list": f"def expected_phase2_processors():\n    return {STALE}",
    "a list that is gone through": f"for name in {STALE}:\n    wait(name)",
    "a list of mappings": "PROCESSORS = [{'name': 'br_roster'}, {'name': 'nbac_schedule'}, {'name': 'odds_api_game_lines'}]",
    "a list of pairs": "TABLES = [('nba_raw.br_roster', 'season'), ('nba_raw.nbac_schedule', 'game_date')]",
    "a class attribute": "class Job:\n    table_name = 'br_roster'",
    "an instance attribute": "self.target_table = 'br_roster'",
    "a keyword": "load(table_name='br_roster')",
    "a default of get": "table = settings.get('table', 'br_roster')",
    "a comparison": "if processor_name == 'br_roster':\n    go()",
    "a membership": "if processor_name in ('br_roster', 'nbac_schedule'):\n    go()",
    "dependencies": "class Job:\n    dependencies = ['br_roster']",
    "a full name": "client.get_table('nba-props-platform.nba_raw.br_roster')",
    "a full name with a partition": "table = 'nba_raw.br_roster$2026'",
    "a full name in an f-string": "TABLE_ID = f'{PROJECT}.nba_raw.br_roster'",
    "SQL in an f-string": "q = f'''\nSELECT *\nFROM `{project}.nba_raw.br_roster`\nWHERE a = 1'''",
    "SQL with a dataset filled in": "q = f'SELECT * FROM `{self.project_id}.{self.dataset}.br_roster` AS r'",
    "SQL and format": "q = 'SELECT * FROM `{}.nba_raw.br_roster`'.format(project)",
    "SQL and percent": "q = 'SELECT * FROM `%s.nba_raw.br_roster`' % project",
    "SQL put together": "q = 'SELECT * FROM `' + PROJECT + '.nba_raw.br_roster` WHERE 1 = 1'",
    "SQL over several literals": "q = ('SELECT * '\n     'FROM nba_raw.br_roster '\n     'WHERE 1 = 1')",
    "SQL with escapes": r"q = 'SELECT *\nFROM\nnba_raw.br_roster\n'",
    "a merge": "q = 'MERGE INTO nba_raw.br_roster t USING nba_raw.nbac_schedule s ON t.a = s.a WHEN MATCHED THEN DELETE'",
    "a table that is made": "q = 'CREATE TABLE IF NOT EXISTS nba_raw.br_roster (a INT64)'",
}  # fmt: skip

COUNTS = {
    "a constant": "EXPECTED_PHASE2_COUNT = 21",
    "a keyword beside the list": f"PROCESSORS = {RIGHT}\nwait(PROCESSORS, expected_count=21)",
    "a keyword in a function of the phase": "def wait_for_phase2():\n    wait(expected_count=21)",
    "a length compared": f"EXPECTED = {RIGHT}\nassert len(EXPECTED) == 21",
    "a length compared for difference": f"EXPECTED_PROCESSORS = {RIGHT}\nif len(EXPECTED_PROCESSORS) != 21:\n    go()",
    "a dataclass of the phase": "class Phase2Config:\n    expected_count: int = 21",
    "a mapping": "CONFIG = {'phase2': {'expected_count': 21}}",
    "a mapping of phases": "EXPECTED_PROCESSORS = {'phase2': 21, 'phase3': 5}",
    "a phase beside it": "configure(phase=2, expected_count=21)",
    "a phase beside it in a mapping": "CONFIG = {'phase': 'phase2', 'expected_count': 21}",
    "a word less": "PHASE2_EXPECTED = 21",
}

LISTS = {
    "one missing": (f"PHASE2_EXPECTED_PROCESSORS = {RIGHT[:5]}", "br_rosters_current"),
    "one misspelt": (f"PHASE2_EXPECTED_PROCESSORS = {[*RIGHT[:5], 'br_rosters_curent']}", "br_rosters_curent"),
    "one too many": (f"PHASE2_EXPECTED_PROCESSORS = {[*RIGHT, 'bdl_live_boxscores']}", "bdl_live_boxscores"),
    "one of another phase": (f"PHASE2_EXPECTED_PROCESSORS = {[*RIGHT, 'player_game_summary']}", "player_game_summary"),
    "one twice": (f"PHASE2_EXPECTED_PROCESSORS = {[*RIGHT, RIGHT[0]]}", RIGHT[0]),
}

YAML = {
    "a list": "expected_processors:\n" + "".join(f"  - {name}\n" for name in STALE),
    "a list on one line": f"phase2: {{expected_processors: [{', '.join(STALE)}]}}\n",
    "a list of mappings": "processors:\n" + "".join(f"  - name: '{name}'  # x\n" for name in STALE),
    "keys": "tables:\n  br_roster: {date: a}\n  nbac_schedule: {date: b}\n  odds_api_game_lines: {}\n",
    "a full name": "checks:\n  - table: nba_raw.br_roster\n",
    "a bare name": "target_table: br_roster\n",
    "a block of SQL": "query: |\n  SELECT *\n  FROM `nba-props-platform.nba_raw.br_roster`\n",
    "folded SQL": "query: >-\n  SELECT *\n  FROM nba_raw.br_roster\n  WHERE a\n",
    "a template": "query: SELECT * FROM {{ project }}.nba_raw.br_roster\n",
    "the second document": "a: 1\n---\ntable: nba_raw.br_roster\n",
    "behind directives": "%YAML 1.2\n---\ntable: nba_raw.br_roster\n",
    "an anchor": "expected_processors: &all [nbac_schedule, br_roster, odds_api_game_lines, bdl_player_boxscores, "
    "bigdataball_play_by_play, nbac_gamebook_player_stats]\nagain: *all\n",
}

SQL = {
    "a select": "SELECT * FROM `nba-props-platform.nba_raw.br_roster`;\n",
    "a project with hyphens": "SELECT * FROM nba-props-platform.nba_raw.br_roster",
    "a variable": "SELECT * FROM `${PROJECT}.nba_raw.br_roster` WHERE day = @day",
    "a script": "DECLARE d DATE;\nBEGIN\n  INSERT INTO nba_raw.br_roster SELECT * FROM nba_raw.nbac_schedule;\nEND;",
    "a template": "{{ config(materialized='table') }}\nSELECT * FROM {{ source('a', 'b') }} JOIN nba_raw.br_roster USING (x)",
    "a join in a subquery": "SELECT * FROM nba_raw.nbac_schedule s JOIN (SELECT * FROM nba_raw.br_roster) r ON TRUE",
}


@pytest.mark.parametrize("text", FORMER.values(), ids=FORMER.keys())
def test_former_names_in_python(look: Look, text: str) -> None:
    """A former name is found once, on its line, and certain to repair."""
    found = look(text)
    line = next(at for at, one in enumerate(text.splitlines(), start=1) if "br_roster" in one)
    assert [(one.line, one.kind.value, one.name, one.certain) for one in found] == [
        (line, "former-name", "br_roster", True)
    ]
    assert found[0].nearest in ("br_rosters_current", "nba_raw.br_rosters_current")


@pytest.mark.parametrize("text", COUNTS.values(), ids=COUNTS.keys())
def test_counts(look: Look, text: str) -> None:
    """A count unlike the phase's is found, with the right one proposed and not certain."""
    (one,) = look(text)
    assert (one.kind.value, one.nearest, one.certain) == ("processor-count", "6", False)
    (old,) = [line[1:] for line in one.diff.splitlines()[2:] if line.startswith("-")]
    (new,) = [line[1:] for line in one.diff.splitlines()[2:] if line.startswith("+")]
    assert "21" in old
    assert new == old.replace("21", "6")


def test_counts_in_yaml(look: Look) -> None:
    """In YAML as in Python, under the phase or beside it; each phase has its own count."""
    assert [one.line for one in look("phase2:\n  expected_count: 21\nphase3:\n  expected_count: 5\n", "x.yaml")] == [2]
    assert [
        one.line for one in look("- phase: 3\n  expected_count: 5\n- phase: 2\n  expected_count: 5\n", "x.yaml")
    ] == [4]


def test_a_count_that_no_phase_has(look: Look) -> None:
    """Where nothing says which phase is meant, a count of expected processors must at least be one of the phases'."""
    (one,) = look("EXPECTED_PROCESSORS = 21")
    assert (one.severity.value, one.nearest, one.diff) == ("P3_MEDIUM", None, "")
    assert "no phase has that many (phase 1: 4 or 11; phase 2: 6 or 8; " in one.message
    assert not look("EXPECTED_PROCESSORS = 6")


@pytest.mark.parametrize(("text", "name"), LISTS.values(), ids=LISTS.keys())
def test_lists_unlike_the_phase(look: Look, text: str, name: str) -> None:
    """What a list lacks, misspells, repeats or has too much is named; nothing of it is certain."""
    found = look(text)
    assert name in {one.name for one in found}
    assert {(one.kind.value, one.certain) for one in found} == {("processor-list", False)}


def test_a_misspelt_member_is_proposed_as_a_current_name(look: Look) -> None:
    """The nearest is never a former name, and its repair is shown, not made."""
    found = look(f"PHASE2_EXPECTED_PROCESSORS = {[*RIGHT[:5], 'br_roste']}")
    (one,) = [one for one in found if one.name == "br_roste"]
    assert one.nearest in (None, "br_rosters_current")
    (one,) = [one for one in look(f"PHASE2_EXPECTED_PROCESSORS = {[*RIGHT[:5], 'br_rosters_curent']}") if one.diff]
    assert (one.nearest, one.certain) == ("br_rosters_current", False)
    assert "'br_rosters_current']" in one.diff


@pytest.mark.parametrize("text", YAML.values(), ids=YAML.keys())
def test_former_names_in_yaml(look: Look, text: str) -> None:
    """In YAML as in Python."""
    line = next(at for at, one in enumerate(text.splitlines(), start=1) if "br_roster" in one)
    assert [(one.line, one.kind.value, one.certain) for one in look(text, "x.yaml")] == [(line, "former-name", True)]


@pytest.mark.parametrize("text", SQL.values(), ids=SQL.keys())
def test_former_names_in_sql(look: Look, text: str) -> None:
    """In SQL files as in Python."""
    line = next(at for at, one in enumerate(text.splitlines(), start=1) if "br_roster" in one)
    assert [(one.line, one.kind.value, one.certain) for one in look(text, "x.sql")] == [(line, "former-name", True)]


def test_undeclared_tables(look: Look) -> None:
    """A table that nothing declares comes with the nearest that is, and never as certain."""
    (one,) = look("q = 'SELECT * FROM `nba-props-platform.nba_raw.nbac_schedul`'")
    assert (one.kind.value, one.name, one.nearest) == (
        "undeclared-table",
        "nba_raw.nbac_schedul",
        "nba_raw.nbac_schedule",
    )
    assert not one.certain
    assert "+q = 'SELECT * FROM `nba-props-platform.nba_raw.nbac_schedule`'" in one.diff


def test_a_table_in_the_wrong_dataset(look: Look) -> None:
    """A declared name in a dataset that is not declared is told with the right dataset."""
    (one,) = look("q = 'SELECT * FROM ml_nba.player_game_summary'")
    assert (one.name, one.nearest) == ("ml_nba.player_game_summary", "nba_analytics.player_game_summary")
    assert "+q = 'SELECT * FROM nba_analytics.player_game_summary'" in one.diff


def test_comments_in_sql_are_the_least(look: Look) -> None:
    """A former name in a comment is found with the lowest severity, in a file and in a string."""
    (one,) = look("-- br_roster comes first\nSELECT 1 FROM nba_raw.nbac_schedule", "x.sql")
    assert (one.line, one.kind.value, one.severity.value) == (1, "former-name-in-comment", "P4_LOW")
    (one,) = look("q = '''SELECT 1 -- after br_roster\nFROM nba_raw.nbac_schedule'''")
    assert (one.kind.value, one.severity.value) == ("former-name-in-comment", "P4_LOW")


def test_a_list_beside_the_generated_one(look: Look) -> None:
    """Where the generated config is imported, writing its list out again is a finding; without it, it is the only way."""
    written = f"EXPECTED_PROCESSORS = {RIGHT}\n"
    (one,) = look("from shared.config.orchestration_config import Phase2Config\n" + written)
    assert (one.kind.value, one.severity.value, one.line) == ("hard-coded-list", "P4_LOW", 2)
    assert not look(written)


def test_a_qualifier_goes_with_its_table(look: Look) -> None:
    """Columns qualified by the former name are repaired with it: one without the other would not run."""
    found = look("SELECT br_roster.a FROM nba_raw.br_roster WHERE br_roster.b", "x.sql")
    assert sorted((one.column, one.certain) for one in found) == [(8, True), (33, True), (49, True)]
