"""Segments: groups of customers that people understand and models can use.

Seven kinds, and a shop's own ones. A customer belongs to at most one group of each dimension (`Dimension`); what is
known of customers (`Customers`) is turned into groups by the same code for a million of them and for one.
"""
