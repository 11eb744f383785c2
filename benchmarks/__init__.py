"""Speed, scale and quality: every number of the README is made here."""
