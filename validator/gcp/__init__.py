"""The Google Cloud backend: one adapter module per outside service, imported when first used."""
