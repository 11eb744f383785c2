"""What customers are worth: expected spend, chance of a purchase and risk of churn, learned from past windows."""
