"""The coding pipeline, one stage a module, every stage replaceable and measured."""
