"""`schemas/`, the single source of truth, read into typed models."""
