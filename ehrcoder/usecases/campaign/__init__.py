"""A campaign: sample, train, label in batch, verify and assure the quality of many records."""
