"""What a person can do with the product, one module each, typed in and out."""
