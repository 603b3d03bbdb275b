"""The local world's own rules: its file, names, types, outbox."""
