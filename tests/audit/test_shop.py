"""The same audit for another business: nothing in it knows the one that is shipped."""

import shutil
from pathlib import Path

import pytest

from tests.typed import Type
from validator.audit.run import Audit
from validator.ssot.load import load

SHOP = Path(__file__).parents[1] / "worlds" / "shop"


@pytest.fixture
def schemas(tmp_path: Path) -> Path:
    """The shop's source of truth, after `invoices` became `payments` and the fact table followed."""
    path = tmp_path / "truth"
    shutil.copytree(SHOP, path)
    for file, old, new in (
        ("processors/extract.yaml", "{name: payments,", "{name: payments, formerly: [invoices, InvoiceExport],"),
        (
            "infrastructure/bigquery_tables.yaml",
            "- name: payments\n",
            "- name: payments\n        formerly: [invoices]\n",
        ),
        (
            "infrastructure/bigquery_tables.yaml",
            "{name: fact_payments,",
            "{name: fact_payments, formerly: [fact_invoices],",
        ),
        (
            "infrastructure/bigquery_tables.yaml",
            "- name: store_visits\n",
            "- name: store_visits\n        formerly: [shop_old.visits]\n",
        ),
    ):
        text = (path / file).read_text()
        assert old in text
        (path / file).write_text(text.replace(old, new))
    return path


CODE = {
    "config/wait.py": """PHASE10_PROCESSORS = ["orders", "invoices", "stock_levels"]
EXPECTED_PHASE20_COUNT = 3
""",
    "jobs/extract.py": '''"""Exports orders and invoices."""

EXPECTED_PROCESSORS = ("OrderExport", "InvoiceExport", "stock_levels")
total = {"orders": 3, "invoices": 4}
INVOICE_URL = "https://shop.example.com/invoices"
''',
    "sql/facts.sql": "-- from invoices\nSELECT * FROM shop_core.fact_invoices JOIN shop_raw.orders USING (order_id);\n",
    "jobs.yaml": "phase20:\n  expected_processors: [fact_orders, fact_invoices, fact_refunds, dim_products]\n",
}


def test_the_shop(tmp_path: Path, schemas: Path, typed: Type) -> None:
    """Its lists, tuples, counts, classes, queries and comments are found, repaired where certain, and then only the count is left."""
    root = tmp_path / "code"
    for name, text in CODE.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    out = typed("--root", root, schemas=schemas).out
    places = sorted(line.split()[1] for line in out.splitlines() if line.startswith("P"))
    assert places == [
        "config/wait.py:1:34",
        "config/wait.py:2:26",
        "jobs.yaml:2:38",
        "jobs/extract.py:3:40",
        "jobs/extract.py:4:24",
        "sql/facts.sql:1:9",
        "sql/facts.sql:2:25",
    ]
    typed("--root", root, "--fix", schemas=schemas)
    assert '["orders", "payments", "stock_levels"]' in (root / "config/wait.py").read_text()
    assert '("OrderExport", "PaymentExport", "stock_levels")' in (root / "jobs/extract.py").read_text()
    assert 'total = {"orders": 3, "invoices": 4}' in (root / "jobs/extract.py").read_text()
    assert (root / "sql/facts.sql").read_text().startswith("-- from payments\nSELECT * FROM shop_core.fact_payments ")
    assert "fact_payments" in (root / "jobs.yaml").read_text()
    left = typed("--root", root, schemas=schemas).out
    assert "EXPECTED_PHASE20_COUNT is 3, but phase 20 has 4" in left
    assert "certain: " not in left


def test_the_shipped_names_mean_nothing_there(tmp_path: Path, schemas: Path) -> None:
    """What is stale in the shipped pipeline is just text in the shop."""
    audit = Audit(tmp_path, load(schemas), dict)
    text = b"EXPECTED_PROCESSORS = ['br_roster', 'nbac_schedule']\nq = 'SELECT * FROM nba_raw.br_roster'\n"
    assert not audit.judge("x.py", text).flaws


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("x.sql", "SELECT v.store FROM `x-y`.shop_old.visits v"),
        ("x.sql", "SELECT * FROM shop_old.visits JOIN shop_raw.orders USING (day)"),
        ("x.py", "q = f'SELECT * FROM `{project}.shop_old.visits`'"),
        ("x.py", "TABLE = 'shop_old.visits'"),
        ("x.yaml", "table: shop_old.visits"),
    ],
)
def test_a_table_that_moved(tmp_path: Path, schemas: Path, typed: Type, file: str, text: str) -> None:
    """A former name with its dataset is repaired as a whole, where both stand together; another project's is left alone."""
    root = tmp_path / "code"
    root.mkdir()
    (root / file).write_text(text)
    assert typed("--root", root, "--fix", schemas=schemas).code == 0
    assert (root / file).read_text() == (
        text if "x-y" in text else text.replace("shop_old.visits", "shop_raw.store_visits")
    )


def test_a_name_that_became_two(tmp_path: Path, schemas: Path) -> None:
    """A former name of two tables is told with both, and is not certain."""
    path = schemas / "infrastructure/bigquery_tables.yaml"
    path.write_text(path.read_text().replace("- name: orders\n", "- name: orders\n        formerly: [invoices]\n"))
    (one,) = Audit(tmp_path, load(schemas), dict).judge("x.sql", b"SELECT * FROM shop_raw.invoices").flaws
    assert (one.certain, one.message) == (False, "invoices was renamed; today there are orders or payments")
