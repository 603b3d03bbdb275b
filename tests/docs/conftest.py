"""The pipeline's repository as the documents' reader has it."""

from tests.takeover.conftest import fresh, fresh_template, stale

__all__ = ["fresh", "fresh_template", "stale"]
