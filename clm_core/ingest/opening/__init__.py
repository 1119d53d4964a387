"""Any file to UTF-8 text or to cells of a sheet, or a refusal that names what it is."""
