"""Identity: who is behind customer ids, emails, telephone numbers, cards and devices.

Every identifier is a node, every sight of two together a link; `resolution` says, as a pure function of the links,
which of them belong to one person. Nothing is imported here: the service reads parts of this room alone.
"""
