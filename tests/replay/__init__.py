"""History replayed: a season in order, the incidents of the field record, and random faults, through the HTTP side."""
