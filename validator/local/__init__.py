"""The local world: one DuckDB file stands for the warehouse and every other service."""
