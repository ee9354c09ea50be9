// Placeholder until the first test lands; delete with it.
