"""Tests of deploying."""
