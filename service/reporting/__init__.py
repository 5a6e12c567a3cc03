"""Reports: what happened to every term, for machines and for people."""
