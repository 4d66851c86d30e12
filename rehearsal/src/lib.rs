//! Trying an agent before its callers do: scripted and persona-driven callers, checks, a table.
