"""Words that files use: parts of headers, event kinds, order states, currencies.

Words are compared folded (lower case, letters and digits only), so ``Order-ID`` and ``order id`` are one word. Whole
headers stand in :mod:`clm_core.ingest.presets`.
"""

from __future__ import annotations

import re

from clm_core import columns as c
from clm_core.ingest.roles import TableKind


def fold(name: str) -> str:
    """A header or word in lower case, letters and digits only."""
    return re.sub(r"[\W_]+", "", name.casefold())


def _words(text: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in text.split(",") if word.strip())


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
    "web visit, site visit, browse, screen view, viewed product, active on site, view item list, user engagement, "
    "first visit, page visit, product viewed, viewed page",
    "sign_up": "signup, sign-up, register, registered, registration, subscribe, subscribed, account created, lead, "
    "generate lead, subscribed to list, subscribed to email marketing, form submitted, form submission",
    "cart": "add to cart, added to cart, addtocart, cart add, basket, product added",
    "checkout": "begin checkout, checkout started, started checkout, initiate checkout, payment attempt, add payment info, "
    "add shipping info, payment info entered",
    "send": "sent, email sent, delivered, email delivered, received email, email, sms sent, push sent, mailing, "
    "received sms, marketing email, outgoing email",
    "open": "opened, email opened, email open, opened email, opens",
    "click": "clicked, email clicked, email click, clicked email, link click, clicks, ad click, clicked sms, link clicked",
    "unsubscribe": "unsubscribed, opt out, optout, opted out, unsubscribed from list, unsubscribed from email marketing, "
    "unsubscribed email, marked email as spam",
    "ticket": "support ticket, case, support, complaint, ticket created, ticket opened",
    "survey": "nps, csat, survey response, survey answered, feedback, survey completed, submitted survey",
    "review": "product review, rating, reviewed, submitted review",
    "referral": "refer, referred, invite, invited, referral sent",
    "post": "social post, page post, comment, share, like, mention",
}
EVENT_KIND_OF: dict[str, str] = {
    folded: kind for kind, text in _EVENT_WORDS.items() for folded in (fold(kind), *_words(text))
}
# an order among events would count twice: the orders file tells it with its amount
ORDER_EVENT_WORDS = frozenset(
    _words(
        "purchase, purchased, order, ordered, order placed, placed order, ordered product, order completed, "
        "checkout completed, order paid, paid, payment, transaction, sale, refund, refunded order, fulfilled order, "
        "order refunded, cancelled order, in app purchase, kauf, bestellung, achat, commande, compra, pedido, zakup, "
        "zamówienie, покупка, заказ, 購入, 注文, 购买, 订单"
    )
)
# what a team writes for itself
NO_CONTACT_WORDS = frozenset(
    _words("note, notes, task, tasks, to do, todo, logged note, notiz, aufgabe, nota, tarea, tâche")
)

# an order in one of these states never was, or is no longer, a sale; whole words, so the letters around them count
DEAD_STATUS = (
    r"(^|[^\p{L}])(fail(ed|ure)?|void(ed)?|cancel(l?ed|l?ation)?|declined|denied|rejected|expired|abandoned|incomplete|"
    r"unpaid|blocked|trash|draft|uncaptured|requires (payment method|action|capture|confirmation)|"
    r"storniert|storno|abgebrochen|fehlgeschlagen|abgelehnt|annul(é|ée|ata|at|ată|e|ado|ada)?|échou[ée]+|refusé(e|es|s)?|"
    r"cancelad[oa]|fallid[oa]|rechazad[oa]|anulowan[eya]|odrzucon[eya]|nieudan[eya]|eșuat[ă]?|respins[ă]?|"
    r"отмен[её]н(о|а|ный)?|отклон[её]н(о|а|ный)?|не оплачен(о|а)?|неоплачен(о|а)?)($|[^\p{L}])|"
    r"已取消|已关闭|交易关闭|未付款|キャンセル|取消|失敗"
)
# part of the order still stands, so it is a sale
PART_STATUS = r"(^|[^\p{L}])(part(ial(ly)?|ly|iell(e|ement)?|ial(e|mente)?)?|teilweise|częściowo|parțial|частично)($|[^\p{L}])|部分|一部"
REFUNDED_STATUS = (
    r"(fully )?(refunded|refund|charged? ?back|erstattet|rückerstattet|remboursée?|reembolsad[oa]|zwrócon[eoya]|rambursat[ăe]?|"
    r"возвращ[её]н(о|а)?|возврат|已退款|退款成功|返金済み?|返金)"
)

# a sign or word beside an amount; a bare $, ¥, Rs or kr is shared by several countries, and a header may say which is meant
CURRENCY_OF_SIGN = {
    "€": "EUR", "euro": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₽": "RUB", "руб": "RUB", "₺": "TRY", "₴": "UAH",
    "฿": "THB", "₫": "VND", "₪": "ILS", "₱": "PHP", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "RON", "лв": "BGN",
    "R$": "BRL", "RM": "MYR", "Rs": "INR", "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD",
    "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "NT$": "TWD", "MX$": "MXN", "$": "USD", "¥": "JPY", "円": "JPY", "元": "CNY",
    "kr": "",
}  # fmt: skip
SHARED_SIGNS = ("$", "¥", "￥", "Rs", "kr")
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
