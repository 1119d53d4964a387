"""Text to rows of cells that stay on disk, every line accounted for."""
