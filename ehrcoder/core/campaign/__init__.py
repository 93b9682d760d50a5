"""What a campaign over many records plans, counts and concludes: pure values and statistics."""
