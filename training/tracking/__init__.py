"""What MLflow keeps of every training: its record, its figures, and the registered model."""
