"""Files of other kinds, known by their first bytes: each is refused by its name, with what to do."""

from __future__ import annotations

import re
from collections.abc import Collection

from clm_core.ingest.opening.refusal import no_table

_SIGNATURES = (
    (b"%PDF", "a PDF document", "Export the table from where the PDF was made, as CSV."),
    (b"\x89PNG", "a picture", "Give the table itself, as CSV."),
    (b"\xff\xd8\xff", "a picture", "Give the table itself, as CSV."),
    (b"GIF8", "a picture", "Give the table itself, as CSV."),
    (b"SQLite format 3", "an SQLite database", "Export the table from it as CSV."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)", "Open it in Excel and save it as .xlsx or CSV UTF-8."),
    (b"\x1f\x8b", "a compressed file inside a compressed file", "Unpack it and give the table itself."),
    (b"Rar!", "a RAR archive", "Unpack it and give the table itself."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it and give the table itself."),
    (b"BZh", "a bzip2 archive", "Unpack it and give the table itself."),
    (b"\xfd7zXZ", "an xz archive", "Unpack it and give the table itself."),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "Unpack it and give the table itself."),
    (b"{\\rtf", "an RTF document", ""),
)
_MEMBERS = (
    ("word/document.xml", "a Word document", "Copy the table into a spreadsheet and save it as CSV (UTF-8)."),
    ("ppt/presentation.xml", "a PowerPoint file", "Give the table itself, as CSV."),
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)", "Open it in Excel and save it as .xlsx or CSV UTF-8."),
    ("content.xml", "an OpenDocument file", "Open it and save it as .xlsx or CSV (UTF-8)."),
    ("Index/Document.iwa", "a Numbers, Pages or Keynote document", "Open it and export it as .xlsx or CSV."),
)
_MARKUP = (
    (
        rb"<(!doctype html|html|head|body|table|script|meta)\b",
        "a web page",
        "If it shows a table, open it in Excel and save it as CSV (UTF-8); if it shows a login, sign in and export again.",
    ),
    (rb"<(\?xml|!\[cdata|workbook|ss:)", "an XML document", "Choose CSV where the file is exported."),
    (rb'(\{\s*("|\})|\[\s*[\[{])', "JSON", "Choose CSV where the file is exported."),
)


def check_text(head: bytes, shown: str) -> None:
    """Raise InputError when the first bytes of a file say that it is no text table."""
    for signature, kind, next_step in _SIGNATURES:
        if head.startswith(signature):
            raise no_table(shown, kind, next_step)
    # without zero bytes UTF-16 shows its markup too
    start = head[:2048].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    for pattern, kind, next_step in _MARKUP:
        if re.match(pattern, start):
            raise no_table(shown, kind, next_step)


def check_archive(names: Collection[str], shown: str) -> None:
    """Raise InputError when the files inside a zip say that it is a document of another program."""
    for member, kind, next_step in _MEMBERS:
        if member in names:
            raise no_table(shown, kind, next_step)
