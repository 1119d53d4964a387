"""Every column name of the project, once. Inside the core columns are referred to by these constants.

Suffixes carry kind and unit: ``_at`` timestamp, ``_day`` integer days since 1970-01-01, ``_days`` duration,
``n_`` count, ``_rate`` share between 0 and 1, ``_prob`` probability. Money has no suffix: it is in the file's currency.
"""

# who and when
CUSTOMER_ID = "customer_id"
CUSTOMER_NO = "customer_no"
ORDER_ID = "order_id"
ORDERED_AT = "ordered_at"
OCCURRED_AT = "occurred_at"
CREATED_AT = "created_at"
STARTS_ON = "starts_on"
DAY = "day"
AS_OF = "as_of"
AS_OF_DAY = "as_of_day"

# orders
AMOUNT = "amount"
IS_PURCHASE = "is_purchase"
N_LINES = "n_lines"
DISCOUNT = "discount"
QUANTITY = "quantity"
PRICE_PAID = "price_paid"
CHANNEL = "channel"
PRODUCT = "product"
CATEGORY = "category"
COUNTRY = "country"
SEGMENT = "segment"

# events and spend
KIND = "kind"
VALUE = "value"
COST = "cost"
IMPRESSIONS = "impressions"
CLICKS = "clicks"
CONVERSIONS = "conversions"
SESSIONS = "sessions"
SENDS = "sends"
OPENS = "opens"
REVENUE = "revenue"
ENTERED_AT = "entered_at"

# features
N_ORDERS = "n_orders"
N_ORDER_DAYS = "n_order_days"
SPEND_TOTAL = "spend_total"
FIRST_ORDER_DAY = "first_order_day"
LAST_ORDER_DAY = "last_order_day"
FIRST_ORDER_AT = "first_order_at"
LAST_ORDER_AT = "last_order_at"
KNOWN_SINCE_DAY = "known_since_day"
DAYS_SINCE_LAST_ORDER = "days_since_last_order"
DAYS_SINCE_FIRST_ORDER = "days_since_first_order"
TENURE_DAYS = "tenure_days"

# stages and the ledger
STAGE = "stage"
STAGE_RULE = "stage_rule"
RULE_NO = "rule_no"
PREVIOUS_RULE_NO = "previous_rule_no"
FROM_STAGE = "from_stage"
TO_STAGE = "to_stage"
PERIOD = "period"
N_CUSTOMERS = "n_customers"
SHARE = "share"
RATE = "rate"

# personas and scores
PERSONA = "persona"
CHURN_PROB = "churn_prob"
EXPECTED_ORDERS = "expected_orders"
EXPECTED_SPEND = "expected_spend"
LOW = "_low"
HIGH = "_high"
LOW_95 = "_low_95"
HIGH_95 = "_high_95"
ENDS = (LOW, HIGH, LOW_95, HIGH_95)
"""Ends of the 80 % interval, then of the 95 % interval."""
SCORES = (CHURN_PROB, EXPECTED_ORDERS, EXPECTED_SPEND)

# rows that cannot be used
ROW = "row"
REASON = "reason"

UNASSIGNED = "unassigned"
"""The stage of a customer whom no rule claims. No rule may return it, and no shipped framework leaves anyone here."""
