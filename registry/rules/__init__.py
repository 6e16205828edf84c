"""What a ledger's cells mean. Pure: values in, values and reason codes out; `today` is an argument."""
