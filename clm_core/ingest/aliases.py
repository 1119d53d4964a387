"""Words that files use: column headers for each role, event kinds, order states, currencies.

Headers are compared folded (lower case, letters and digits only), so ``Order-ID`` and ``order id`` are one word.
Within a role the first alias found in the file wins, hence the order: net before gross, id before e-mail before name.
"""

from __future__ import annotations

import re

from clm_core import columns as c
from clm_core.ingest.roles import CANCELLED_AT, CURRENCY, REFUNDED, STATUS, UNIT_PRICE, TableKind


def fold(name: str) -> str:
    """A header or word in lower case, letters and digits only."""
    return re.sub(r"[\W_]+", "", name.casefold())


def _words(text: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in text.split(",") if word.strip())


_CUSTOMER = _words(
    "customer_id, customerid, cust_id, custid, cust, customer no, customer number, customer code, customer key, client_id, "
    "client no, client number, buyer id, shopper id, member id, account id, user_id, userid, uid, contact id, "
    "kundennummer, kunden id, kundennr, kundenid, kunden nr, numéro client, id client, code client, n client, "
    "id cliente, código cliente, número de cliente, cliente id, id klienta, numer klienta, klient id, 顧客id, 会員id, "
    "customer email, customer e-mail, buyer email, billing email, contact email, associated contact email, email, "
    "e-mail, email address, adresse e-mail, correo electrónico, client email, customer, client, buyer, user, kunde, "
    "cliente, klient, member, customer name, buyer name, client name"
)
_ORDERED_AT = _words(
    "ordered_at, order date, order_ts, order time, order datetime, order timestamp, order created at, date ordered, "
    "purchase date, purchased at, purchase time, order purchase timestamp, transaction date, transaction time, "
    "invoice date, sale date, sales date, created date (utc), created (utc), created at, date created, created, "
    "processed at, paid at, paid date, payment date, booking date, date, datetime, timestamp, time, day, "
    "bestelldatum, kaufdatum, rechnungsdatum, auftragsdatum, datum, date de commande, date commande, date d'achat, "
    "date de facture, fecha de pedido, fecha pedido, fecha de compra, fecha, data zamówienia, data zakupu, data, "
    "注文日, 購入日, 日付"
)
_ORDER_ID = _words(
    "order_id, orderid, order number, order no, order #, order name, order, order key, invoice_no, invoice id, "
    "invoice number, invoice, transaction_id, transaction no, transaction number, receipt number, receipt no, "
    "receipt id, basket id, sale id, purchase id, bestellnummer, bestell nr, auftragsnummer, rechnungsnummer, "
    "bestellung, numéro de commande, n commande, commande, id commande, número de pedido, pedido, id pedido, "
    "numer zamówienia, nr zamówienia, zamówienie, 注文id, 注文番号"
)
_AMOUNT = _words(
    "net_amount, amount net, net total, net sales, net revenue, net value, order net, amount, order amount, "
    "grand total (purchased), grand total, grand total (base), order total (inc tax), order total, total amount, "
    "total price, total paid, total value, order value, total sales, total collected, total, amount paid, "
    "transaction amount, purchase amount, invoice amount, line total, line amount, item total, sales amount, sales, "
    "revenue, turnover, dollar_value, value, spend, spent, monetary value, payment value, gross amount, gross sales, "
    "order total (ex tax), n revenue (formatted), item price, "
    "betrag, umsatz, gesamtbetrag, summe, gesamt, nettobetrag, bruttobetrag, bestellwert, montant, montant total, "
    "total ttc, chiffre d'affaires, importe, importe total, monto, ventas, kwota, wartość, suma, 売上, 金額, 売上金額"
)
_COUNTED = _words(
    "quantity, qty, order quantity, lineitem quantity, units, items, item quantity, quantity ordered, total quantity, "
    "items sold, total items, pieces, number_of_cds, n_items, menge, anzahl, stückzahl, quantité, qté, cantidad, "
    "unidades, ilość, liczba sztuk, 数量"
)
_UNIT_PRICE = _words(
    "unit_price, price per unit, price each, lineitem price, item price, unit cost, price, sale price, einzelpreis, "
    "stückpreis, preis, prix unitaire, prix, precio unitario, precio, cena jednostkowa, cena, 単価"
)

HEADERS: dict[TableKind, dict[str, tuple[str, ...]]] = {
    "orders": {
        c.CUSTOMER_ID: _CUSTOMER,
        c.ORDERED_AT: _ORDERED_AT,
        c.ORDER_ID: _ORDER_ID,
        c.AMOUNT: _AMOUNT,
        c.QUANTITY: _COUNTED,
        UNIT_PRICE: _UNIT_PRICE,
        REFUNDED: _words(
            "refunded, refunded amount, amount refunded, total refunded, refund amount, refund, refunds, erstattet, "
            "erstattung, rückerstattung, remboursement, montant remboursé, reembolso, zwrot"
        ),
        STATUS: _words(
            "financial status, order status, payment status, status, order state, bestellstatus, statut, "
            "estado, estatus, status zamówienia"
        ),
        CANCELLED_AT: _words("cancelled at, canceled at, cancelled, canceled, is cancelled, cancellation date"),
        CURRENCY: _words(
            "currency, currency code, order currency, order currency code, währung, devise, moneda, waluta, 通貨"
        ),
        c.DISCOUNT: _words(
            "discount, discount amount, discount_amount, total discount, cart discount, discounts, lineitem discount, "
            "rabatt, remise, descuento, rabat, 割引"
        ),
        c.CHANNEL: _words(
            "channel, sales channel, source, order source, purchase point, medium, attribution, kanal, canal, kanał"
        ),
        c.PRODUCT: _words(
            "product, product name, lineitem name, item name, item, description, product id, sku, stock code, "
            "product(s), produkt, artikel, produit, article, producto, artículo, 商品, 商品名"
        ),
        c.CATEGORY: _words(
            "category, product category, top category, department, product type, kategorie, warengruppe, catégorie, "
            "categoría, kategoria, カテゴリ, 商品分類"
        ),
        c.COUNTRY: _words(
            "country, billing country, shipping country, customer country, country code, land, pays, país, kraj, 国"
        ),
        c.SEGMENT: _words("segment, customer segment, customer type, customer group, kundensegment, segmento"),
    },
    "customers": {
        c.CUSTOMER_ID: (*_CUSTOMER, *_words("record id, id")),
        c.CREATED_AT: _words(
            "created_at, created at, create date, creation date, date created, created, customer since, sign up, "
            "signup date, sign up date, signed up at, signup, registered at, registration date, registered, join date, "
            "joined at, optin time, profile created on, date added, first seen, member since, kunde seit, "
            "registriert am, date d'inscription, fecha de registro, data rejestracji"
        ),
    },
    "events": {
        c.CUSTOMER_ID: _CUSTOMER,
        c.OCCURRED_AT: _words(
            "occurred_at, event_ts, event time, event timestamp, event date, timestamp, occurred, datetime, date, time, "
            "activity date, survey date, created at, sent at, create date, day, session start ts"
        ),
        c.KIND: _words("kind, event type, event, event name, type, action, activity type, activity, interaction"),
        c.CHANNEL: _words("channel, source, medium, utm source, utm medium, kanal, canal"),
        c.VALUE: _words("value, score, nps, rating, event value, amount, points"),
    },
    "spend": {
        c.CHANNEL: _words(
            "channel, campaign, campaign name, source, source medium, platform, ad set name, xyz_campaign_id, "
            "campaign id, kanal, kampagne, canal, campagne, campaña"
        ),
        c.STARTS_ON: _words(
            "starts_on, start date, reporting starts, period start, week start, month, week, date, day, period, datum, "
            "tag, monat, jour, fecha"
        ),
        c.COST: _words(
            "cost, amount spent, spend, spent, ad spend, costs, total cost, budget spent, kosten, ausgaben, coût, "
            "dépenses, coste, gasto, koszt"
        ),
        c.STAGE: _words("stage, lifecycle stage, funnel stage"),
        c.IMPRESSIONS: _words("impressions, impr, impr., views, impressionen"),
        c.CLICKS: _words("clicks, link clicks, klicks, clics"),
        c.CONVERSIONS: _words("conversions, approved_conversion, purchases, results, conv, total_conversion"),
    },
}

# parts of a header that hint at a role when no alias fits exactly
HINTS: dict[TableKind, dict[str, tuple[str, ...]]] = {
    "orders": {
        c.CUSTOMER_ID: ("customerid", "clientid", "userid", "customeremail", "customer", "kunde", "client", "klient"),
        c.ORDERED_AT: ("orderdate", "purchasedate", "orderedat", "createdat", "datum", "fecha", "date", "timestamp"),
        c.AMOUNT: ("amount", "revenue", "total", "umsatz", "betrag", "montant", "importe", "kwota"),
        c.ORDER_ID: ("orderid", "ordernumber", "orderno", "invoiceno"),
    },
    "customers": {
        c.CUSTOMER_ID: ("customerid", "contactid", "clientid", "userid", "email"),
        c.CREATED_AT: ("signup", "registered", "registration", "created", "since"),
    },
    "events": {c.CUSTOMER_ID: ("customerid", "userid", "email"), c.OCCURRED_AT: ("date", "time"), c.KIND: ("type",)},
    "spend": {c.COST: ("amountspent", "cost", "spend"), c.STARTS_ON: ("date",), c.CHANNEL: ("channel", "campaign")},
}

_EVENT_WORDS = {
    "visit": "visits, pageview, page view, landing view, landing, product view, view, view item, session, session start, "
    "web visit, site visit, browse, screen view",
    "sign_up": "signup, sign-up, register, registered, registration, subscribe, subscribed, account created, lead",
    "cart": "add to cart, added to cart, addtocart, cart add, basket",
    "checkout": "begin checkout, checkout started, started checkout, initiate checkout, payment attempt, add payment info",
    "send": "sent, email sent, delivered, email delivered, received email, email, sms sent, push sent, mailing",
    "open": "opened, email opened, email open, opened email, opens",
    "click": "clicked, email clicked, email click, clicked email, link click, clicks, ad click",
    "unsubscribe": "unsubscribed, opt out, optout, opted out",
    "ticket": "support ticket, case, support, complaint, ticket created, call",
    "survey": "nps, csat, survey response, survey answered, feedback",
    "review": "product review, rating, reviewed",
    "referral": "refer, referred, invite, invited, referral sent",
    "post": "social post, page post, comment, share, like, mention",
}
EVENT_KIND_OF: dict[str, str] = {
    folded: kind for kind, text in _EVENT_WORDS.items() for folded in (fold(kind), *_words(text))
}

# an order in one of these states never was, or is no longer, a sale
DEAD_STATUS = (
    r"\b(fail(ed|ure)?|void(ed)?|cancel(l?ed|l?ation)?|declined|denied|rejected|expired|abandoned|storniert|storno|"
    r"abgebrochen|fehlgeschlagen|annul(é|ée|e|ado|ada|owan[eyo])?|échou[ée]+|refusé|cancelad[oa]|fallid[oa]|anulowan[eyo])\b"
)
REFUNDED_STATUS = r"(fully[ _-]?)?(refunded|erstattet|remboursée?|reembolsad[oa]|zwrócon[eoy])"

CURRENCY_OF_SIGN = {
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "₩": "KRW",
    "₽": "RUB",
    "₺": "TRY",
    "₴": "UAH",
    "฿": "THB",
    "₫": "VND",
    "zł": "PLN",
    "Kč": "CZK",
    "R$": "BRL",
    "RM": "MYR",
    "Rs": "INR",
    "US$": "USD",
    "$": "USD",
}
CURRENCY_CODES = [
    "USD",
    "EUR",
    "GBP",
    "JPY",
    "CNY",
    "INR",
    "KRW",
    "RUB",
    "TRY",
    "UAH",
    "THB",
    "VND",
    "PLN",
    "CZK",
    "HUF",
    "RON",
    "BGN",
    "SEK",
    "NOK",
    "DKK",
    "ISK",
    "CHF",
    "CAD",
    "AUD",
    "NZD",
    "SGD",
    "HKD",
    "TWD",
    "MYR",
    "IDR",
    "PHP",
    "ILS",
    "AED",
    "SAR",
    "EGP",
    "ZAR",
    "NGN",
    "KES",
    "BRL",
    "MXN",
    "ARS",
    "CLP",
    "COP",
    "PEN",
]
