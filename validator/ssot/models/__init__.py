"""The typed models of every file in `schemas/`, one module a file. They hold data; `rules` holds them against each other."""
