"""Any orders, written in any way a system writes them, come back as the same orders with nothing but the file to go by."""

import csv
import datetime as dt
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from clm_core.ingest import import_table

# words of the languages that are written in each encoding; they tell the encodings apart, as in a real file
WORDS = {
    "utf-8": ["Tee", "Świeca", "Кружка", "蝋燭", "Zoë's mug"],
    "utf-8-sig": ["Tee", "Świeca", "Кружка", "蝋燭", "Zoë's mug"],
    "utf-16": ["Tee", "Świeca", "Кружка", "蝋燭", "Zoë's mug"],
    "utf-16-be": ["Tee", "Kerze weiß", "Schlüssel", "Blumenvase groß", "Stoff"],
    "cp1252": ["Schlüsselbrett", "Kräutertee", "Blumenvase groß", "Café crème", "Boîte à thé"],
    "cp1250": ["Świeca zapachowa", "Łyżeczka złota", "Książka w skórze", "Życzenia świąteczne", "Gęś na ścianę"],
    "cp1251": ["Чайная кружка", "Свеча белая", "Коробка для чая", "Тетрадь в клетку", "Ваза большая"],
    "mac_roman": ["Café crème", "Boîte à thé", "Théière émaillée", "Pâte à modeler", "Crème brûlée"],
    "cp850": ["Schlüsselbrett", "Kräutertee", "Blumenvase groß", "Café crème", "Boîte à thé"],
    "gb18030": ["中文茶杯", "白色蜡烛大号", "钥匙扣", "花瓶", "礼品盒子"],
    "cp932": ["紅茶の缶", "白いキャンドル", "鍵かけ", "花瓶（大）", "贈り物の箱"],
}
PEOPLE = ["ann@example.com", "bob@example.com", "cy@example.com", "dee@example.com", "00017"]
DATES = ["%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S", "%d-%b-%Y", "%d.%m.%Y %H:%M"]
HEADERS = {
    "line": ["Order number", "Customer", "Order date", "Product", "Amount", "Country"],
    "order": ["Order number", "Customer", "Order date", "Product", "Order total", "Country"],
}

moments = st.datetimes(dt.datetime(2019, 1, 1), dt.datetime(2025, 12, 31)).map(
    lambda m: m.replace(second=0, microsecond=0)
)
orders = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        moments,
        st.lists(st.integers(1, 5_000_000), min_size=1, max_size=4),  # cents a line
    ),
    min_size=8,
    max_size=20,
)


def amount_text(cents, decimal, is_grouped):
    text = f"{cents / 100:,.2f}" if is_grouped else f"{cents / 100:.2f}"
    return text.translate(str.maketrans(",.", ".,")) if decimal == "," else text


def lines_of(log, words, day_format, amount, grain):
    """Rows as a system writes them: the order's own cells on every line, or its total on the first line only."""
    for number, (who, moment, cents) in enumerate(log, start=1000):
        for place, line in enumerate(cents):
            is_first = place == 0
            paid = amount(line) if grain == "line" else amount(sum(cents)) if is_first else ""
            day = moment.strftime(day_format) if is_first or grain == "line" else ""
            yield [f"A-{number}", who, day, words[(number + place) % len(words)], paid, "DE" if is_first else ""]


@settings(max_examples=20)
@given(
    log=orders,
    encoding=st.sampled_from(sorted(WORDS)),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    decimal=st.sampled_from([".", ","]),
    is_grouped=st.booleans(),
    day_format=st.sampled_from(DATES),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    grain=st.sampled_from(["line", "order"]),
    preamble=st.sampled_from(["", "Orders report\n", "# shop\n# 2025\n"]),
)
def test_orders_come_back_whatever_the_way_of_writing(
    log, encoding, delimiter, decimal, is_grouped, day_format, line_end, grain, preamble
):
    # one day beyond the twelfth tells day and month apart; without it no reader can know
    log = [*log, ("zed@example.com", dt.datetime(2024, 5, 23, 10, 30), [1234, 99])]
    words = WORDS[encoding]
    rows = list(lines_of(log, words, day_format, lambda cents: amount_text(cents, decimal, is_grouped), grain))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerows([HEADERS[grain], *rows])
    content = (preamble + out.getvalue()).replace("\n", line_end).encode(encoding)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        path.write_bytes(content)
        result = import_table([path])
    has_clock = "%H" in day_format
    expected = sorted(
        (
            f"A-{number}",
            who,
            moment if has_clock else dt.datetime.combine(moment.date(), dt.time()),
            sum(cents),
            len(cents),
        )
        for number, (who, moment, cents) in enumerate(log, start=1000)
    )
    found = sorted(
        (row["order_id"], row["customer_id"], row["ordered_at"], round(row["amount"] * 100), row["n_lines"])
        for row in result.table.to_pylist()
    )
    assert found == expected
    assert {row["product"] for row in result.table.to_pylist()} <= set(words)
    assert (result.rows_read, result.rows_set_aside) == (len(rows), 0)
