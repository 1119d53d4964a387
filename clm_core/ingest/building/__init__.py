"""Cells to a canonical table, rows set aside, and findings."""
