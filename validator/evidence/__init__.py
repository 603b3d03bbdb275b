"""What was really found: rows, completion records and ledgers, read in as few questions as possible."""
