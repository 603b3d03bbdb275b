"""What merely looks like a name is no finding."""

import pytest

from tests.audit.conftest import Look
from tests.audit.test_found import RIGHT

PYTHON = {
    "a log message": "logger.info('br_roster done')",
    "a log argument": "logger.info('loading %s', 'br_roster')",
    "print": "print('br_roster')",
    "an unrelated mapping's key": "row = {'br_roster': 3, 'team': 'x'}",
    "an address": "URL = 'https://example.com/br_roster/nba_raw.br_roster'",
    "a docstring": "def f():\n    '''Loads br_roster.\n\n    SELECT * FROM nba_raw.br_roster\n    '''",
    "a module's docstring": "'''SELECT a FROM nba_raw.br_roster'''",
    "a comment": "# EXPECTED_PROCESSORS = ['br_roster']\nx = 1",
    "a column in SQL": "q = 'SELECT br_roster FROM nba_raw.nbac_schedule'",
    "a column of a frame": "frame['br_roster'].sum()",
    "a list of columns": "columns = ['br_roster', 'player_game_summary', 'nbac_schedule']",
    "an alias in SQL": "q = 'SELECT br_roster.a FROM nba_raw.br_rosters_current AS br_roster'",
    "a common table expression": "q = 'WITH br_roster AS (SELECT 1 AS a) SELECT * FROM br_roster'",
    "a temporary table": "q = 'CREATE TEMP TABLE br_roster AS SELECT 1 AS a'",
    "a value in SQL": "q = \"SELECT * FROM nba_raw.nbac_schedule WHERE source = 'br_roster'\"",
    "an f-string": "table_name = f'br_roster_{day}'",
    "an f-string with a prefix": "table_name = f'{prefix}br_roster'",
    "a path in an f-string": "path = f'gs://{bucket}/br_roster/{day}.json'",
    "an f-string that may be anything": "name = f'{league}.br_roster'",
    "a concatenation": "table = 'br_roster' + '_archive'",
    "a concatenation with a variable": "table = 'br_roster' + suffix",
    "a concatenation behind a variable": "table = prefix + 'br_roster'",
    "a path put together": "target = Path('data') / 'br_roster'",
    "a map of renames": "RENAMED = {'br_roster': 'br_rosters_current'}",
    "a map of aliases": "TABLE_ALIASES = {'br_roster': 'br_rosters_current', 'x': 'y'}",
    "a translation": "if table == 'br_roster':\n    table = 'br_rosters_current'",
    "an error's text": "raise ValueError('table br_roster is gone')",
    "an assertion's text": "assert x, 'table br_roster'",
    "a help text": "parser.add_argument('--table', help='such as br_roster')",
    "a module": "import_module('nba_raw.br_roster')",
    "a patched module": "mock.patch('nba_raw.br_roster.client')",
    "a logger": "logging.getLogger('nba_raw.br_roster')",
    "a file": "FILE = 'br_roster.json'",
    "a module's file": "path = 'nba_raw/br_roster.py'",
    "a topic": "topic = 'br_roster'",
    "a prefix": "gcs_prefix = 'br_roster'",
    "a field": "FIELD = {'name': 'br_roster', 'type': 'STRING'}",
    "an attribute": "x = a.nba_raw.br_roster",
    "prose like SQL": "x = 'Please select one roster from nba_raw.br_roster, or update the table.'",
    "another project's table": "q = 'SELECT * FROM `other-project.nba_raw.br_roster`'",
    "the catalogue": "q = 'SELECT * FROM nba_raw.INFORMATION_SCHEMA.TABLES'",
    "a wildcard": "q = 'SELECT * FROM `nba_raw.events_*`'",
    "declared tables": "q = 'SELECT * FROM nba_raw.nbac_schedule JOIN nba_analytics.player_game_summary USING (game_date)'",
    "a nested column": "q = 'SELECT * FROM nba_raw.nbac_schedule t, t.games g, UNNEST(t.players) p'",
    "a column in full": "q = 'SELECT nba_raw.nbac_schedule.game_date FROM nba_raw.nbac_schedule'",
    "a function": "q = 'SELECT nba_raw.my_function(a) FROM nba_raw.nbac_schedule'",
    "the renaming itself": "q = 'ALTER TABLE nba_raw.br_roster RENAME TO br_rosters_current'",
    "the copy to the new name": "q = 'CREATE TABLE nba_raw.br_rosters_current AS SELECT * FROM nba_raw.br_roster'",
    "the right list": f"EXPECTED_PROCESSORS = {RIGHT}",
    "the right list in another order": f"EXPECTED_PROCESSORS = {RIGHT[::-1]}",
    "the right count": "EXPECTED_PHASE2_COUNT = 6",
    "a part that says so": f"CRITICAL_PROCESSORS = {RIGHT[:3]}",
    "the count of a part": f"CRITICAL_PROCESSORS = {RIGHT[:3]}\nexpected_count = 3",
    "a list put together": f"EXPECTED_PROCESSORS = {RIGHT[:3]} + OTHERS",
    "a list that grows": f"EXPECTED_PROCESSORS += {RIGHT[:3]}",
    "another count": "EXPECTED_PLAYERS = 450\nEXPECTED_GAMES = 21\nexpected_row_count = 21",
    "a count of nobody knows what": "expected_count = 21",
    "processors of a machine": "num_processors = 21\nPROCESSOR_COUNT = os.cpu_count()",
    "a counter that begins": "def phase2():\n    expected_count = 0",
    "a look whether there are any": "if len(EXPECTED_PHASE2_PROCESSORS) == 0:\n    go()",
    "at least some": "if len(EXPECTED_PHASE2_PROCESSORS) > 3:\n    go()",
    "what is done so far": "completed_count = 21",
    "other numbers of a phase": "class Phase2Config:\n    timeout_minutes: int = 21\nPHASE2_RETRY_COUNT = 3\nPHASE2_MAX_COUNT = 21",
    "other words of a phase": "PHASE2_STATUSES = ['success', 'failed', 'partial']",
    "columns beside a table's name": "COLUMNS = ['player_game_summary', 'points', 'assists']",
}  # fmt: skip

YAML = {
    "a description": "description: loads br_roster daily\n",
    "a job's name": "jobs:\n  br_roster:\n    cron: x\n",
    "a path": "path: data/br_roster/x.json\n",
    "a topic": "topic: br_roster\n",
    "a comment": "# table: nba_raw.br_roster\na: 1\n",
    "the right list and count": f"phase2:\n  expected_processors: [{', '.join(RIGHT)}]\n  expected_count: 6\n",
    "a declaration of the rename": "tables:\n  - name: br_rosters_current\n    formerly: [br_roster]\n",
    "tags of other tools": "a: !Ref x\nb: !Sub '${x}.y'\n",
    "a shell command": "steps:\n  - run: echo nba_raw.br_roster\n",
    "columns": "columns:\n  - br_roster\n  - a\n",
    "another count": "replicas: 21\nexpected_count: 21\nphase2: {retry_count: 21}\n",
    "nothing": "",
    "a template of an address": "url: 'https://x/{{ nba_raw.br_roster }}'\n",
}

SQL = {
    "nothing": "",
    "a column": "SELECT br_roster FROM nba_raw.nbac_schedule",
    "a value": "SELECT 'nba_raw.br_roster' AS x",
    "the renaming": "ALTER TABLE nba_raw.br_roster RENAME TO br_rosters_current;",
    "the tale of the renaming": "-- br_roster was renamed to br_rosters_current\nSELECT 1",
    "a view for those who are late": "CREATE VIEW nba_raw.br_roster AS SELECT * FROM nba_raw.br_rosters_current",
    "a procedure": "CALL nba_raw.refresh_all();",
    "a common table expression": "WITH br_roster AS (SELECT 1) SELECT * FROM br_roster",
    "a new view in use": "CREATE VIEW nba_raw.v_new AS SELECT 1; SELECT * FROM nba_raw.v_new",
}


@pytest.mark.parametrize("text", PYTHON.values(), ids=PYTHON.keys())
def test_python(look: Look, text: str) -> None:
    """Python in which nothing is wrong."""
    assert look(text) == []


@pytest.mark.parametrize("text", YAML.values(), ids=YAML.keys())
def test_yaml(look: Look, text: str) -> None:
    """YAML in which nothing is wrong."""
    assert look(text, "x.yml") == []


@pytest.mark.parametrize("text", SQL.values(), ids=SQL.keys())
def test_sql(look: Look, text: str) -> None:
    """SQL in which nothing is wrong."""
    assert look(text, "x.sql") == []


def test_the_list_that_is_declared_to_be_written_out(look: Look) -> None:
    """At the place of a `processor_list`, the right list is right, whatever is imported beside it."""
    text = f"from shared.config.orchestration_config import Phase2Config\nEXPECTED_PROCESSORS = {RIGHT}\n"
    assert look(text, "orchestration/cloud_functions/phase2_to_phase3/main.py") == []


def test_keys_of_anything_are_not_certain(look: Look) -> None:
    """A mapping that nothing calls one of names may be one of figures: told, for a person to decide."""
    (one,) = look("rows = {'br_roster': 3, 'nbac_schedule': 4, 'odds_api_game_lines': 5}")
    assert (one.severity.value, one.certain) == ("P3_MEDIUM", False)
