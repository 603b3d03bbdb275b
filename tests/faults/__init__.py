"""The Google Cloud service whole: one run over real wires, healthy, and with every outside service broken in every way."""
