"""Records of one person that no identifier joins: names, addresses, dates of birth and emails with typing errors."""
