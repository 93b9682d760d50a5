"""What the engine learns from verified records."""
