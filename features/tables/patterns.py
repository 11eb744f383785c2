"""Patterns of what the tables and live events take for an id, a number and a time: shared, so that they agree.

Plain texts alone: nothing heavy is imported, since the service judges live events with them.
"""

NOBODY = "\0"  # before what stands in the place of a customer who was erased: ids have no control characters
ANONYMOUS = "anon:"  # before the device of a customer who is known by nothing else

MAX_ID_BYTES = 256
MAX_NAME_BYTES = 4_096  # of a product's name
MAX_PROPERTIES_BYTES = 8_192  # of an event's properties, as JSON
MAX_POSITION = 1_000_000  # in a list that was shown

MISSING = ("", "null", "nan", "none", "n/a", "undefined", "(not set)")
"""What exports write where there is no id, in any case."""
BLOCKED = ("0", "-1", "anonymous", "unknown", "guest", "test", "default")
"""What broken clients send as a device or anonymous id, beside the missing ones; runs of zeros as well."""
ZEROS = r"^[0-]+$"

MOST = 1e9  # quantities and prices beyond are slips of the keyboard
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"

ISO = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?"
ZONE = r" ?(Z|z|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})$"
EPOCH = r"^[0-9]{1,19}(\.[0-9]*)?$"
PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
LIMITS = (1e11, 1e14, 1e17)  # sizes from which a number is ms, us, ns: as seconds, 1e11 is the year 5138
