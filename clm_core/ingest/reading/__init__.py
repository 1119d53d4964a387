"""Text of a cell to an id, a number, a moment."""
