"""Reasons for which a row is set aside."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a row cannot be used. Where a row has several faults, the first in this order is told."""

    MALFORMED = "malformed"
    NO_CUSTOMER = "no_customer"
    UNKNOWN_EVENT_TYPE = "unknown_event_type"
    NO_PRODUCT = "no_product"
    BAD_ID = "bad_id"
    EXCLUDED_PRODUCT = "excluded_product"
    BAD_TIMESTAMP = "bad_timestamp"
    FUTURE = "future"
    BAD_QUANTITY = "bad_quantity"
    BAD_PRICE = "bad_price"
    CURRENCY = "currency"
    UNKNOWN_PRODUCT = "unknown_product"
    BAD_VALUE = "bad_value"
    DUPLICATE = "duplicate"


MEANING = {
    Reason.MALFORMED: "the line cannot be taken apart into the columns of the header",
    Reason.NO_CUSTOMER: "neither a customer id nor a usable anonymous id",
    Reason.UNKNOWN_EVENT_TYPE: "an event type that no known system writes",
    Reason.NO_PRODUCT: "no product id, and the event type needs one",
    Reason.BAD_ID: "an id of more than 256 bytes or with control characters",
    Reason.EXCLUDED_PRODUCT: "a product that exclude_products leaves out",
    Reason.BAD_TIMESTAMP: "no time, or not one that can be read",
    Reason.FUTURE: "a time later than now",
    Reason.BAD_QUANTITY: "a quantity that is zero or no number",
    Reason.BAD_PRICE: "a price that is negative or no number",
    Reason.CURRENCY: "a currency other than the shop's",
    Reason.UNKNOWN_PRODUCT: "a product that the products table lacks",
    Reason.BAD_VALUE: "a value that its column does not take",
    Reason.DUPLICATE: "the same event or row once more",
}
