"""Read tables (CSV, TSV, Excel, NPZ) with column types, and a schema of inputs and target."""
