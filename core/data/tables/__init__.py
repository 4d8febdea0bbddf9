"""Read tables (CSV, Excel, JSON, Parquet, NPZ; packed, too) with column types, and a schema of inputs and target."""
