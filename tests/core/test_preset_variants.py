"""Exports whose header differs from the one in the fixture: older, shorter, reordered, translated."""

import tomllib
from importlib import resources

import pytest

from clm_core.errors import InputError
from clm_core.ingest import import_table, inspect
from clm_core.ingest.presets import column_for, plain_headers, recognise

LANGUAGES = {"de", "fr", "es", "pl", "ro", "ru", "zh", "ja"}

VARIANTS = {
    "Shopify orders, few columns in another order": (
        "Id,Created at,Total,Lineitem quantity,Lineitem name,Email,Financial Status,Name",
        "shopify_orders",
    ),
    "Shopify customers, older header": (
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Company,Address1,Address2,City,Province,"
        "Province Code,Country,Country Code,Zip,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Tags,Note,Tax Exempt",
        "shopify_customers",
    ),
    "Shopify customers, WhatsApp consent and a field of the shop's own": (
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Accepts WhatsApp Marketing,Total Spent,"
        "Total Orders,Tax Exempt,Tags,Birthday (customer.metafields.custom.birthday)",
        "shopify_customers",
    ),
    "WooCommerce Analytics orders before net sales and attribution": (
        "Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold,Coupon(s),N. Revenue",
        "woocommerce_analytics_orders",
    ),
    "WooCommerce Analytics orders in German": (
        "Datum,Bestellung #,N. Umsatz (formatiert),Status,Kunde,Kundentyp,Produkt(e),Verkaufte Artikel,Gutschein(e),"
        "Nettoumsatz,Zuordnung",
        "woocommerce_analytics_orders",
    ),
    "WooCommerce Analytics orders in Japanese": (
        "日付,注文番号,ステータス,顧客,顧客タイプ,商品,販売個数,クーポン,純売上",
        "woocommerce_analytics_orders",
    ),
    "WooCommerce Analytics customers in French": (
        "Nom,Identifiant,Dernière activité,Inscription,E-mail,Commandes,Total dépensé,Panier moyen,Pays / région",
        "woocommerce_analytics_customers",
    ),
    "Import Export Suite without addresses": (
        "order_id,order_number,order_date,status,order_total,order_subtotal,order_currency,customer_id,customer_email",
        "woocommerce_suite_orders",
    ),
    "WooCommerce plug-in with headings instead of field names": (
        "Order Number,Order Status,Order Date,Billing First Name,Billing Last Name,Billing Email,Order Total,Order Currency",
        "woocommerce_plugin_orders",
    ),
    "WooCommerce plug-in in German": (
        "Bestellnummer,Bestellstatus,Bestelldatum,Vorname (Rechnungsadresse),Nachname (Rechnungsadresse),"
        "E-Mail (Rechnungsadresse),Gesamtbetrag der Bestellung,Währung",
        "woocommerce_plugin_orders",
    ),
    "Stripe payments, older header": (
        "id,Description,Seller Message,Created (UTC),Amount,Amount Refunded,Currency,Converted Amount,"
        "Converted Amount Refunded,Fee,Tax,Converted Currency,Mode,Status,Statement Descriptor,Customer ID,"
        "Customer Description,Customer Email,Captured,Card ID,Invoice ID,Transfer",
        "stripe_payments",
    ),
    "Stripe payouts with a destination": (
        "id,Amount,Created (UTC),Currency,Arrival Date (UTC),Destination,Status",
        "stripe_payouts",
    ),
    "BigCommerce orders with a time": (
        "Order ID,Order Status,Order Date,Order Time,Customer Name,Customer Email,Order Total (ex tax),Order Total (inc tax)",
        "bigcommerce_orders",
    ),
    "Magento orders, columns hidden": (
        "ID,Purchase Point,Purchase Date,Grand Total (Purchased),Status,Customer Email",
        "magento_orders",
    ),
    "Magento customers, columns hidden": ("ID,Name,Email,Group,Customer Since,Web Site", "magento_customers"),
    "Etsy orders, British": (
        "Sale Date,Order ID,Buyer User ID,Full Name,First Name,Last Name,Number of Items,Payment Method,Date Posted,"
        "Delivery City,Delivery Country,Currency,Order Value,Discount Amount,Delivery,Sales tax,Order Total,Status,"
        "Card Processing Fees,Order Net,Adjusted Order Total,Buyer,Order Type",
        "etsy_orders",
    ),
    "Amazon order report without a state": (
        "order-id,order-item-id,purchase-date,payments-date,buyer-email,buyer-name,sku,product-name,"
        "quantity-purchased,currency,item-price,item-tax",
        "amazon_orders",
    ),
    "Square transactions, long header": (
        "Date,Time,Time Zone,Gross Sales,Discounts,Service Charges,Net Sales,Gift Card Sales,Tax,Tip,Partial Refunds,"
        "Total Collected,Source,Card,Card Entry Methods,Cash,Fees,Net Total,Transaction ID,Payment ID,Description,"
        "Event Type,Location,Customer ID,Customer Name,Customer Reference ID,Transaction Status",
        "square_payments",
    ),
    "Square items": (
        "Date,Time,Time Zone,Category,Item,Qty,SKU,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Payment ID,"
        "Event Type,Customer ID,Customer Name",
        "square_payments",
    ),
    "marketplace with the buyer in brackets": (
        "Order ID,Order Status,Order Creation Date,Product Name,Deal Price,Quantity,Product Subtotal,Grand Total,"
        "Username (Buyer)",
        "marketplace_orders",
    ),
}

# customer, day, order number, amount
SPOKEN = {
    "de": "Kundennummer;Bestelldatum;Bestellnummer;Gesamtbetrag",
    "fr": "Numéro de client;Date de la commande;N° de commande;Montant TTC",
    "es": "ID de cliente;Fecha del pedido;N.º de pedido;Importe total",
    "pl": "Numer klienta;Data zamówienia;Nr zamówienia;Kwota brutto",
    "ro": "Cod client;Data comenzii;Număr comandă;Sumă totală",
    "ru": "Номер клиента;Дата заказа;Номер заказа;Сумма заказа",
    "zh": "客户编号;下单时间;订单编号;实付金额",
    "ja": "顧客番号;注文日時;注文番号;合計金額",
}


def written(tmp_path, *lines, name="export.csv"):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def orders_of(path):
    result = import_table([path], "orders")
    return [tuple(row[name] for name in ("order_id", "customer_id", "amount")) for row in result.table.to_pylist()]


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_of_a_header_is_recognised(name):
    header, preset_id = VARIANTS[name]
    found = recognise(header.split(","))
    assert found is not None
    assert found.id == preset_id


def test_no_export_is_seen_in_a_plain_table():
    for header in ("customer_id,date,amount", "order_id,order_date,customer_id,order_total,currency", *SPOKEN.values()):
        assert recognise(header.replace(";", ",").split(",")) is None


@pytest.mark.parametrize("language", SPOKEN)
def test_the_same_orders_are_read_whatever_the_language_of_the_header(tmp_path, language):
    path = written(
        tmp_path,
        SPOKEN[language],
        "K1;2026-01-05;A1;12,50",
        "K2;2026-01-06;A2;1.000,00",
        "K1;2026-02-28;A3;7,25",
    )
    assert orders_of(path) == [("A1", "K1", 12.5), ("A2", "K2", 1000.0), ("A3", "K1", 7.25)]


@pytest.mark.parametrize(
    "header",
    [
        "Kunde;E-Mail-Adresse;Datum;Menge;Einzelpreis;Artikel",
        "Client;Adresse e-mail;Date;Quantité;Prix unitaire;Article",
        "Cliente;Correo electrónico;Fecha;Cantidad;Precio unitario;Artículo",
        "Klient;Adres e-mail;Data;Ilość;Cena jednostkowa;Towar",
        "Cumpărător;Adresă de e-mail;Data;Cantitate;Preț unitar;Produs",
        "Покупатель;Электронная почта;Дата;Количество;Цена за единицу;Товар",
        "买家;电子邮箱;日期;数量;单价;商品",
        "購入者;メールアドレス;日付;数量;単価;商品",
    ],
)
def test_an_e_mail_is_the_customer_and_words_of_date_and_price_are_no_false_friends(tmp_path, header):
    path = written(
        tmp_path, header, "Ann Lee;ann@example.com;2026-01-05;2;12,50;Mug", "Ann Lee;ann@example.com;2026-01-06;1;3;Pot"
    )
    names = header.split(";")
    assert inspect([path]).guess.mapping.columns == {
        "customer_id": names[1],
        "ordered_at": names[2],
        "quantity": names[3],
        "unit_price": names[4],
        "product": names[5],
    }


def test_a_clock_in_a_column_of_its_own_joins_the_day(tmp_path):
    path = written(
        tmp_path,
        "Order ID,Order Status,Order Date,Order Time,Customer Email,Order Total (ex tax),Order Total (inc tax)",
        "1,Completed,13/01/2026,14:05:33,ann@example.com,10.00,11.00",
        "2,Completed,02/01/2026,09:00:00,bob@example.com,20.00,22.00",
    )
    rows = import_table([path], "orders").table.to_pylist()
    assert [(row["ordered_at"].isoformat(sep=" "), row["amount"]) for row in rows] == [
        ("2026-01-02 09:00:00", 22.0),
        ("2026-01-13 14:05:33", 11.0),
    ]


def test_a_clock_of_twelve_hours_joins_the_day(tmp_path):
    path = written(
        tmp_path,
        "Date,Time,Time Zone,Gross Sales,Net Sales,Transaction ID,Payment ID,Customer ID",
        "01/13/26,2:30:00 PM,Eastern Time (US & Canada),$60.00,$54.00,t1,p1,C1",
    )
    (row,) = import_table([path], "orders").table.to_pylist()
    assert row["ordered_at"].isoformat(sep=" ") == "2026-01-13 14:30:00"
    assert row["amount"] == 54.0


def test_formatted_revenue_is_read_where_it_is_the_only_amount(tmp_path):
    path = written(
        tmp_path,
        "Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Items sold",
        '2026-01-05 10:00:00,501,"&euro;1,250.50",completed,Ann Lee,new,2',
        "2026-01-06 10:00:00,502,&euro;20.00,processing,Bob Ray,new,1",
    )
    result = import_table([path], "orders")
    assert [row["amount"] for row in result.table.to_pylist()] == [1250.5, 20.0]
    assert result.currency == "EUR"


def test_payments_without_any_customer_are_refused_with_the_columns_found(tmp_path):
    path = written(
        tmp_path,
        "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Status",
        "ch_1,2026-01-05 10:00:00,20.00,0.00,eur,true,20.00,Paid",
    )
    with pytest.raises(InputError, match="recognised as 'Customer'"):
        import_table([path], "orders")


def test_a_customer_in_the_free_columns_of_a_payment_is_found():
    names = ["id", "Created (UTC)", "Amount", "customer_email (metadata)", "plan (metadata)"]
    assert column_for(["Customer Email", "*email (metadata)"], names) == "customer_email (metadata)"


def test_older_customers_of_shopify_are_read_as_the_newer_ones(tmp_path):
    path = written(
        tmp_path,
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Company,Address1,Address2,City,Province,"
        "Province Code,Country,Country Code,Zip,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Tags,Note,Tax Exempt",
        "'7001,Ann,Lee,Ann@Example.com,yes,,1 High St,,Leeds,,,United Kingdom,GB,'LS1 4AP,'+44 113 000,no,120.50,3,vip,,no",
    )
    (row,) = import_table([path], "customers").table.to_pylist()
    assert (row["customer_id"], row["zip"], row["phone"]) == ("ann@example.com", "LS1 4AP", "+44 113 000")


def test_every_word_of_the_shops_is_there_in_every_language():
    words = tomllib.loads(resources.files("clm_core.ingest.presets").joinpath("words_shops.toml").read_text("utf-8"))
    assert {name: LANGUAGES - set(spoken) for name, spoken in words.items() if LANGUAGES - set(spoken)} == {}


def test_a_header_word_plays_one_role_but_for_the_clock_and_the_price_of_an_item():
    # a clock may stand for the whole moment, and an item's price for the amount, where there is nothing better
    for kind in ("orders", "customers"):
        roles = {}
        for role, words in plain_headers(kind).items():
            for word in words:
                roles.setdefault(word, set()).add(role)
        assert {frozenset(found) for found in roles.values() if len(found) > 1} <= {
            frozenset({"ordered_at", "time_of_day"}),
            frozenset({"amount", "unit_price"}),
        }
