"""Which of two models is better, for whom, and why: both measured on one window, customer by customer."""
