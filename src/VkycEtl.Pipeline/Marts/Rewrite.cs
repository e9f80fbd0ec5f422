namespace VkycEtl.Pipeline.Marts;

/// <summary>
/// Brings a table to what was derived, by statements in this order. A row that changes is deleted and inserted again: DuckDB would update it column by
/// column, at thirty times the cost, and on PostgreSQL an update does no less.
/// </summary>
/// <param name="DropVanished">Deletes rows that were not derived.</param>
/// <param name="FindChanged">Gathers derived rows that are not in the table as they are.</param>
/// <param name="DropChanged">Deletes what these replace.</param>
/// <param name="PutChanged">Inserts them in order of time: people ask for days, which then lie together.</param>
internal sealed record Rewrite(string DropVanished, string FindChanged, string DropChanged, string PutChanged);
