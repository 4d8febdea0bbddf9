"""Reading tables (CSV, TSV, Excel, NPZ), their column types, and the schema that says what is input and target."""
