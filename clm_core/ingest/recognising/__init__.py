"""Rows to the export they come from, the kind of table, and the role of each column."""
