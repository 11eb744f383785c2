"""Consent and rights: what a customer's data may be used for, and who is to be forgotten.

`purposes` says what consent is given for; `register` answers from memory what customers said and asked of the shop
since the tables were written; `erasing` takes everything of a customer out of the live store.
"""
