"""Tests: one file per module, named for it."""
