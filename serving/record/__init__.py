"""The customer's record: all that is known of one, put together when it is asked for."""
