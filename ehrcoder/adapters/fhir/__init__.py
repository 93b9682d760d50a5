"""FHIR R4: mapping, rules and writer."""
