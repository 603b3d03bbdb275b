"""Labels and parameters as Google Cloud takes them."""

from typing import Any

import pytest

from validator.gcp.labels import as_labels
from validator.gcp.values import as_parameters, with_empty_arrays
from validator.world import Value


@pytest.mark.parametrize(
    ("given", "shaped"),
    [
        ({"run": "0B5C-11"}, {"run": "0b5c-11"}),
        ({"Schedule": "post overnight!"}, {"schedule": "post_overnight_"}),
        ({"9lives": "x"}, {"l9lives": "x"}),
        ({"check": ""}, {"check": ""}),
        ({"": "x"}, {}),
        ({"check": "é" * 100}, {"check": "_" * 63}),
        ({"k" * 100: "v" * 100}, {"k" * 63: "v" * 63}),
    ],
)
def test_labels_hold_only_what_is_allowed(given: dict[str, str], shaped: dict[str, str]) -> None:
    """Lower-case letters, digits, - and _, 63 at most, keys led by a letter: anything else would fail the job."""
    assert as_labels(given) == shaped


def test_there_are_at_most_64_labels() -> None:
    """BigQuery refuses more."""
    assert list(as_labels({f"l{number}": "" for number in range(70)})) == [f"l{number}" for number in range(64)]


@pytest.mark.parametrize(
    ("sql", "parameters", "sent"),
    [
        ("day IN UNNEST(@days)", {"days": ()}, "day IN UNNEST([])"),
        ("day IN UNNEST(@days)", {"days": ("x",)}, "day IN UNNEST(@days)"),
        ("@days, @days2, @day", {"days": ()}, "[], @days2, @day"),
        (
            "'@days' || \"@days\" || `@days` || @days -- @days",
            {"days": ()},
            "'@days' || \"@days\" || `@days` || [] -- @days",
        ),
        (r"'it\'s @days' || @days", {"days": ()}, r"'it\'s @days' || []"),
        ("@@days", {"days": ()}, "@@days"),
    ],
)
def test_an_empty_array_is_a_literal(sql: str, parameters: dict[str, Value], sent: str) -> None:
    """An empty literal fits beside values of any type, an empty parameter only beside its own; text and comments stay."""
    assert with_empty_arrays(sql, parameters) == sent


@pytest.mark.parametrize(("values", "kind"), [((1, 2.5), "FLOAT64"), ((True, False), "BOOL"), ((), "STRING")])
def test_an_array_has_the_type_of_its_values(values: Any, kind: str) -> None:
    """Whole and broken numbers together are floats; an empty array is one of texts."""
    (parameter,) = as_parameters({"values": values})
    assert parameter.array_type == kind


@pytest.mark.parametrize("value", [("a", 1), b"bytes", None])
def test_what_has_no_type_is_a_mistake(value: Any) -> None:
    """A query that binds such a value is wrong; that is no failure of BigQuery."""
    with pytest.raises(TypeError):
        as_parameters({"value": value})
