"""Messages: what is written to customers, from the shop's own templates."""
