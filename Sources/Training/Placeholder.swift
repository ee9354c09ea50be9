// Placeholder until the library lands; delete with the first file.
