"""The language model: worker process, its protocol and its client."""
