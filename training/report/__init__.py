"""The report of a comparison: one HTML file without scripts or anything from elsewhere, and the model card."""
